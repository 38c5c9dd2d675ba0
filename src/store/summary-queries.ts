import type Database from 'better-sqlite3';
import type { RiskLevel } from '../domain/pattern.ts';
import type { EventRow, SessionRow, SessionSummary, SessionTotals, StateChangeRow } from '../domain/rows.ts';
import type { EventQueries } from './event-queries.ts';

/** How many of a session's last errors and risks its summary shows. */
const eventsShown = 10;

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
  filesTouched: 'SELECT path FROM touched_files WHERE session_key = ? ORDER BY first_event_id',
  totals: `
    SELECT input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens, round(cost_usd, 9) AS cost_usd,
      tool_calls, turns
    FROM session_sums WHERE session_key = ?`,
  totalsOfAgent: `
    SELECT sum(u.input_tokens) AS input_tokens, sum(u.output_tokens) AS output_tokens,
      sum(u.cached_tokens) AS cached_tokens, sum(u.reasoning_tokens) AS reasoning_tokens, sum(u.tokens) AS tokens,
      round(sum(u.cost_usd), 9) AS cost_usd, coalesce(sum(u.tool_calls), 0) AS tool_calls, sum(u.turns) AS turns
    FROM sessions s JOIN session_sums u ON u.session_key = s.key WHERE s.agent_key = ?`,
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
  readonly #totals: Database.Statement<[number], SessionTotals>;
  readonly #totalsOfAgent: Database.Statement<[number], SessionTotals>;
  readonly #redactions: Database.Statement<[number], SessionSummary['redactions'][number]>;
  readonly #codeBlocks: Database.Statement<[number], number>;

  constructor(database: Database.Database, events: EventQueries) {
    this.#events = events;
    this.#countsByType = database.prepare(summarySql.countsByType);
    this.#countsByRisk = database.prepare(summarySql.countsByRisk);
    this.#filesTouched = database.prepare<[number], string>(summarySql.filesTouched).pluck();
    this.#totals = database.prepare(summarySql.totals);
    this.#totalsOfAgent = database.prepare(summarySql.totalsOfAgent);
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
      totals: this.#totals.get(session.id) ?? nothing,
      codeBlocks: this.#codeBlocks.get(session.id) ?? 0,
      states,
      redactions: this.#redactions.all(session.id),
    };
  }

  /** What all sessions of an agent used, by its key. */
  totalsOfAgent(agentKey: number): SessionTotals {
    return this.#totalsOfAgent.get(agentKey) ?? nothing;
  }

  #ofRisk(session: SessionRow, risk: RiskLevel): EventRow[] {
    return this.#events.find({ session: session.session_id, risk, limit: eventsShown }, undefined);
  }
}
