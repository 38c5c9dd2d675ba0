import type Database from 'better-sqlite3';
import type { RiskLevel } from '../domain/pattern.ts';
import type { EventRow, SessionRow, SessionSummary, StateChangeRow } from '../domain/rows.ts';
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
  filesTouched: `
    SELECT e.metadata_json ->> '$.path' AS path FROM patterns p
    CROSS JOIN events e ON e.session_key = ? AND e.pattern_key = p.key
    WHERE p.event_type = 'file_operation' AND json_type(e.metadata_json, '$.path') = 'text'
    GROUP BY path ORDER BY min(e.id)`,
  tokens: `
    SELECT e.metadata_json ->> '$.tokens' FROM patterns p
    CROSS JOIN events e ON e.session_key = ? AND e.pattern_key = p.key
    WHERE p.event_type = 'metric' AND json_type(e.metadata_json, '$.tokens') IN ('integer', 'real', 'text')`,
  codeBlocks: 'SELECT count(*) FROM code_block_occurrences WHERE session_key = ?',
} as const;

type Counts = Pick<SessionSummary, 'countsByType' | 'countsByRisk'>;

/** What one session amounts to. */
export class SummaryQueries {
  readonly #events: EventQueries;
  readonly #countsByType: Database.Statement<[number], Counts['countsByType'][number]>;
  readonly #countsByRisk: Database.Statement<[number], Counts['countsByRisk'][number]>;
  readonly #filesTouched: Database.Statement<[number], string>;
  readonly #tokens: Database.Statement<[number], number | string>;
  readonly #codeBlocks: Database.Statement<[number], number>;

  constructor(database: Database.Database, events: EventQueries) {
    this.#events = events;
    this.#countsByType = database.prepare(summarySql.countsByType);
    this.#countsByRisk = database.prepare(summarySql.countsByRisk);
    this.#filesTouched = database.prepare<[number], string>(summarySql.filesTouched).pluck();
    this.#tokens = database.prepare<[number], number | string>(summarySql.tokens).pluck();
    this.#codeBlocks = database.prepare<[number], number>(summarySql.codeBlocks).pluck();
  }

  summary(session: SessionRow, states: readonly StateChangeRow[]): SessionSummary {
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
      tokens: sumOfTokens(this.#tokens.all(session.id)),
      codeBlocks: this.#codeBlocks.get(session.id) ?? 0,
      states,
    };
  }

  #ofRisk(session: SessionRow, risk: RiskLevel): EventRow[] {
    return this.#events.find({ session: session.session_id, risk, limit: eventsShown }, undefined);
  }
}

/** Named groups of a pattern are text: `1234` and `1,234` count as the number they are, anything else does not. */
function sumOfTokens(values: readonly (number | string)[]): number | null {
  const numbers = values
    .map((value) => (typeof value === 'number' ? value : numberIn(value)))
    .filter((value) => value !== undefined);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}

function numberIn(text: string): number | undefined {
  return /^(\d+|\d{1,3}(,\d{3})+)$/.test(text) ? Number(text.replaceAll(',', '')) : undefined;
}
