import type Database from 'better-sqlite3';
import type { AgentStatistics, HistoryDay, PatternStatistics } from '../domain/ports.ts';

const dayUs = 24 * 60 * 60 * 1_000_000;

/** SQL that shows a time in microseconds as ISO 8601. */
export const isoOf = (column: string) => `
  strftime('%Y-%m-%dT%H:%M:%S', ${column} / 1000000, 'unixepoch') || printf('.%03dZ', ${column} / 1000 % 1000)`;

export const statisticsSql = {
  history: `
    SELECT
      date(s.started_us / 1000000, 'unixepoch') AS day,
      count(*) AS sessions,
      sum(s.state IN ('failed', 'crashed')) AS failed_sessions,
      sum(s.events) AS extraction_events
    FROM sessions s
    JOIN agents a ON a.key = s.agent_key
    WHERE s.started_us >= :sinceUs AND (:agent IS NULL OR a.name = :agent)
    GROUP BY day ORDER BY day DESC`,
  byAgent: `
    WITH
      seen AS (
        SELECT total.agent_key, sum(total.events) AS events, sum(iif(p.event_type = 'error', total.events, 0)) AS errors
        FROM agent_tallies total
        JOIN patterns p ON p.key = total.pattern_key
        GROUP BY total.agent_key
      ),
      ran AS (
        SELECT agent_key, count(*) AS sessions, sum(state IN ('failed', 'crashed')) AS failed,
          max(started_us) AS last_us
        FROM sessions GROUP BY agent_key
      )
    SELECT
      a.name AS agent_name,
      ran.sessions,
      ran.failed AS failed_sessions,
      coalesce(seen.events, 0) AS extraction_events,
      coalesce(seen.errors, 0) AS error_events,
      ${isoOf('ran.last_us')} AS last_started_at
    FROM ran
    JOIN agents a ON a.key = ran.agent_key
    LEFT JOIN seen ON seen.agent_key = ran.agent_key
    ORDER BY ran.last_us DESC`,
  byPattern: `
    SELECT
      p.pattern,
      p.event_type,
      p.risk_level,
      sum(total.events) AS count,
      sum(total.sessions) AS sessions,
      ${isoOf('max(total.last_time_us)')} AS last_seen_at
    FROM agent_tallies total
    JOIN patterns p ON p.key = total.pattern_key
    JOIN agents a ON a.key = total.agent_key
    WHERE :agent IS NULL OR a.name = :agent
    GROUP BY p.pattern, p.event_type, p.risk_level
    ORDER BY count DESC, p.pattern`,
} as const;

/** Counts over many sessions, from what each batch keeps up to date. */
export class StatisticsQueries {
  readonly #history: Database.Statement<[{ sinceUs: number; agent: string | null }], HistoryDay>;
  readonly #byAgent: Database.Statement<[], AgentStatistics>;
  readonly #byPattern: Database.Statement<[{ agent: string | null }], PatternStatistics>;

  constructor(database: Database.Database) {
    this.#history = database.prepare(statisticsSql.history);
    this.#byAgent = database.prepare(statisticsSql.byAgent);
    this.#byPattern = database.prepare(statisticsSql.byPattern);
  }

  /** Today's UTC day and those before it, `days` in all. */
  history(days: number, agent: string | undefined): HistoryDay[] {
    const today = Math.floor((Date.now() * 1000) / dayUs);
    return this.#history.all({ sinceUs: (today - days + 1) * dayUs, agent: agent ?? null });
  }

  byAgent(): AgentStatistics[] {
    return this.#byAgent.all();
  }

  byPattern(agent: string | undefined): PatternStatistics[] {
    return this.#byPattern.all({ agent: agent ?? null });
  }
}
