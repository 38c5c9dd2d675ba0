import type Database from 'better-sqlite3';
import type { RiskLevel } from '../domain/pattern.ts';
import type { EventRow, SessionRow, SessionSummary, SessionTotals, StateChangeRow } from '../domain/rows.ts';
import type { EventQueries } from './event-queries.ts';

/** How many of a session's last errors and risks its summary shows. */
const eventsShown = 10;

/** Of one field of the metadata, as far as it is a number. */
const sumOf = (name: string) =>
  `sum(iif(json_type(e.metadata_json, '$."${name}"') IN ('integer', 'real'), e.metadata_json ->> '$."${name}"', NULL))`;

/** Where the events `e` of some patterns `p` are found: those of one session, and those of all of an agent's. */
const ofSession = 'patterns p CROSS JOIN events e ON e.session_key = ? AND e.pattern_key = p.key';
const ofAgent = `
  patterns p
  CROSS JOIN session_tallies t ON t.agent_key = ? AND t.pattern_key = p.key
  CROSS JOIN events e ON e.session_key = t.session_key AND e.pattern_key = t.pattern_key`;

const used = (events: string) => `
  SELECT
    ${sumOf('gen_ai.usage.input_tokens')} AS input_tokens,
    ${sumOf('gen_ai.usage.output_tokens')} AS output_tokens,
    ${sumOf('gen_ai.usage.cache_read.input_tokens')} AS cached_tokens,
    ${sumOf('gen_ai.usage.reasoning.output_tokens')} AS reasoning_tokens,
    ${sumOf('tokens')} AS tokens,
    round(${sumOf('cost_usd')}, 9) AS cost_usd,
    ${sumOf('turns')} AS turns
  FROM ${events}
  WHERE p.event_type = 'metric'`;

/** A call that changes several files is one. */
const toolCalls = (events: string) => `
  SELECT
    count(iif(p.event_type = 'tool_use', 1, NULL))
    + count(DISTINCT iif(p.event_type = 'tool_use', NULL,
        e.session_key || ' ' || coalesce(e.metadata_json ->> '$."gen_ai.tool.call.id"', e.id)))
  FROM ${events}
  WHERE p.event_type = 'tool_use'
    OR p.event_type = 'file_operation' AND e.metadata_json ->> '$."gen_ai.tool.name"' IS NOT NULL`;

export const summarySql = {
  countsByType: `
    SELECT p.event_type, sum(t.events) AS count FROM session_tallies t
    JOIN patterns p ON p.key = t.pattern_key
    WHERE t.session_key = ? GROUP BY p.event_type ORDER BY count DESC, p.event_type`,
  countsByRisk: `
    SELECT p.risk_level, sum(t.events) AS count FROM session_tallies t
    JOIN patterns p ON p.key = t.pattern_key
    WHERE t.session_key = ? GROUP BY p.risk_level
    ORDER BY CASE p.risk_level WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END`,
  filesTouched: `
    SELECT e.metadata_json ->> '$.path' AS path FROM patterns p
    CROSS JOIN events e ON e.session_key = ? AND e.pattern_key = p.key
    WHERE p.event_type = 'file_operation' AND json_type(e.metadata_json, '$.path') = 'text'
    GROUP BY path ORDER BY min(e.id)`,
  used: used(ofSession),
  toolCalls: toolCalls(ofSession),
  usedByAgent: used(ofAgent),
  toolCallsByAgent: toolCalls(ofAgent),
  redactions: 'SELECT rule, count FROM redactions WHERE session_key = ? ORDER BY count DESC, rule',
  codeBlocks: 'SELECT count(*) FROM code_block_occurrences WHERE session_key = ?',
} as const;

const nothing: SessionTotals = {
  input_tokens: null,
  output_tokens: null,
  cached_tokens: null,
  reasoning_tokens: null,
  tokens: null,
  cost_usd: null,
  tool_calls: 0,
  turns: null,
};

type Counts = Pick<SessionSummary, 'countsByType' | 'countsByRisk'>;

/** What a session amounts to, and what those of an agent used. */
export class SummaryQueries {
  readonly #events: EventQueries;
  readonly #countsByType: Database.Statement<[number], Counts['countsByType'][number]>;
  readonly #countsByRisk: Database.Statement<[number], Counts['countsByRisk'][number]>;
  readonly #filesTouched: Database.Statement<[number], string>;
  readonly #used: Database.Statement<[number], Omit<SessionTotals, 'tool_calls'>>;
  readonly #toolCalls: Database.Statement<[number], number>;
  readonly #usedByAgent: Database.Statement<[number], Omit<SessionTotals, 'tool_calls'>>;
  readonly #toolCallsByAgent: Database.Statement<[number], number>;
  readonly #redactions: Database.Statement<[number], SessionSummary['redactions'][number]>;
  readonly #codeBlocks: Database.Statement<[number], number>;

  constructor(database: Database.Database, events: EventQueries) {
    this.#events = events;
    this.#countsByType = database.prepare(summarySql.countsByType);
    this.#countsByRisk = database.prepare(summarySql.countsByRisk);
    this.#filesTouched = database.prepare<[number], string>(summarySql.filesTouched).pluck();
    this.#used = database.prepare(summarySql.used);
    this.#toolCalls = database.prepare<[number], number>(summarySql.toolCalls).pluck();
    this.#usedByAgent = database.prepare(summarySql.usedByAgent);
    this.#toolCallsByAgent = database.prepare<[number], number>(summarySql.toolCallsByAgent).pluck();
    this.#redactions = database.prepare(summarySql.redactions);
    this.#codeBlocks = database.prepare<[number], number>(summarySql.codeBlocks).pluck();
  }

  summary(session: SessionRow, states: readonly StateChangeRow[]): Omit<SessionSummary, 'recordingPrunedAt'> {
    const risks = [...this.#ofRisk(session, 'high'), ...this.#ofRisk(session, 'critical')];
    return {
      session,
      countsByType: this.#countsByType.all(session.id),
      countsByRisk: this.#countsByRisk.all(session.id),
      lastErrors: this.#events
        .find({ session: session.session_id, type: 'error', limit: eventsShown }, undefined)
        .reverse(),
      risks: risks.sort((one, other) => other.id - one.id).slice(0, eventsShown),
      filesTouched: this.#filesTouched.all(session.id),
      totals: { ...nothing, ...this.#used.get(session.id), tool_calls: this.#toolCalls.get(session.id) ?? 0 },
      codeBlocks: this.#codeBlocks.get(session.id) ?? 0,
      states,
      redactions: this.#redactions.all(session.id),
    };
  }

  /** What all sessions of an agent used, by its key. */
  totalsOfAgent(agentKey: number): SessionTotals {
    const used = this.#usedByAgent.get(agentKey);
    return { ...nothing, ...used, tool_calls: this.#toolCallsByAgent.get(agentKey) ?? 0 };
  }

  #ofRisk(session: SessionRow, risk: RiskLevel): EventRow[] {
    return this.#events.find({ session: session.session_id, risk, limit: eventsShown }, undefined);
  }
}
