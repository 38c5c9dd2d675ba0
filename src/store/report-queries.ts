import type Database from 'better-sqlite3';
import type { AgentReport, PatternReport, RiskCount, TimelineRow, TypeCount } from '../domain/ports.ts';
import type { SessionRow } from '../domain/rows.ts';
import { isoOf } from './statistics-queries.ts';
import type { SummaryQueries } from './summary-queries.ts';

const byRisk = `CASE p.risk_level WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END`;

/** Counts by what patterns are about, of the tallies of an agent, or of all with one pattern. */
const counts = (column: string, where: string, order: string) => `
  SELECT p.${column}, sum(total.events) AS count FROM agent_tallies total
  JOIN patterns p ON p.key = total.pattern_key
  WHERE ${where} GROUP BY p.${column} ORDER BY ${order}`;
const mostFirst = 'count DESC, p.event_type';

export const reportSql = {
  agent: `
    SELECT
      a.key,
      count(*) AS sessions,
      count(s.ended_us) AS ended,
      sum(s.state IN ('failed', 'crashed')) AS failed,
      sum(s.events) AS events,
      sum(s.ended_us - s.started_us) AS took_us,
      max(s.ended_us - s.started_us) AS longest_us,
      ${isoOf('min(s.started_us)')} AS first_started_at,
      ${isoOf('max(s.started_us)')} AS last_started_at
    FROM agents a
    CROSS JOIN sessions s ON s.agent_key = a.key
    WHERE a.name = ? GROUP BY a.key`,
  /** The `:position`-th shortest of the sessions that ended, counting from 0. */
  duration: `
    SELECT ended_us - started_us FROM sessions
    WHERE agent_key = :key AND ended_us IS NOT NULL
    ORDER BY ended_us - started_us LIMIT 1 OFFSET :position`,
  typesOfAgent: counts('event_type', 'total.agent_key = ?', mostFirst),
  risksOfAgent: counts('risk_level', 'total.agent_key = ?', byRisk),
  typesOfPattern: counts('event_type', 'p.pattern = ?', mostFirst),
  risksOfPattern: counts('risk_level', 'p.pattern = ?', byRisk),
  agentsOfPattern: `
    SELECT
      a.name AS agent_name,
      sum(total.events) AS count,
      (SELECT count(DISTINCT t.session_key) FROM session_tallies t
       WHERE t.agent_key = total.agent_key
         AND t.pattern_key IN (SELECT key FROM patterns WHERE pattern = :pattern)) AS sessions,
      ${isoOf('max(total.last_time_us)')} AS last_seen_at
    FROM agent_tallies total
    JOIN patterns p ON p.key = total.pattern_key
    JOIN agents a ON a.key = total.agent_key
    WHERE p.pattern = :pattern
    GROUP BY total.agent_key ORDER BY count DESC, a.name`,
  typesOfSessions: `
    SELECT t.session_key, p.event_type, sum(t.events) AS count FROM json_each(?) asked
    CROSS JOIN session_tallies t ON t.session_key = asked.value
    JOIN patterns p ON p.key = t.pattern_key
    GROUP BY t.session_key, p.event_type ORDER BY count DESC, p.event_type`,
} as const;

interface AgentRow {
  readonly key: number;
  readonly sessions: number;
  readonly ended: number;
  readonly failed: number;
  readonly events: number;
  readonly took_us: number | null;
  readonly longest_us: number | null;
  readonly first_started_at: string;
  readonly last_started_at: string;
}

type AgentOfPattern = PatternReport['by_agent'][number];

/** What an agent and a pattern amount to over all sessions. */
export class ReportQueries {
  readonly #summaries: SummaryQueries;
  readonly #agent: Database.Statement<[string], AgentRow>;
  readonly #duration: Database.Statement<[{ key: number; position: number }], number>;
  readonly #typesOfAgent: Database.Statement<[number], TypeCount>;
  readonly #risksOfAgent: Database.Statement<[number], RiskCount>;
  readonly #typesOfPattern: Database.Statement<[string], TypeCount>;
  readonly #risksOfPattern: Database.Statement<[string], RiskCount>;
  readonly #agentsOfPattern: Database.Statement<[{ pattern: string }], AgentOfPattern>;
  readonly #typesOfSessions: Database.Statement<[string], TypeCount & { readonly session_key: number }>;

  constructor(database: Database.Database, summaries: SummaryQueries) {
    this.#summaries = summaries;
    this.#agent = database.prepare(reportSql.agent);
    this.#duration = database.prepare<[{ key: number; position: number }], number>(reportSql.duration).pluck();
    this.#typesOfAgent = database.prepare(reportSql.typesOfAgent);
    this.#risksOfAgent = database.prepare(reportSql.risksOfAgent);
    this.#typesOfPattern = database.prepare(reportSql.typesOfPattern);
    this.#risksOfPattern = database.prepare(reportSql.risksOfPattern);
    this.#agentsOfPattern = database.prepare(reportSql.agentsOfPattern);
    this.#typesOfSessions = database.prepare(reportSql.typesOfSessions);
  }

  agent(name: string): AgentReport | undefined {
    const ran = this.#agent.get(name);
    if (ran === undefined) return undefined;
    const { key, sessions, ended, failed } = ran;
    return {
      agent_name: name,
      sessions,
      running_sessions: sessions - ended,
      failed_sessions: failed,
      success_rate: ended === 0 ? null : (ended - failed) / ended,
      extraction_events: ran.events,
      by_type: this.#typesOfAgent.all(key),
      by_risk: this.#risksOfAgent.all(key),
      totals: this.#summaries.totalsOfAgent(key),
      durations_ms: this.#durations(ran),
      first_started_at: ran.first_started_at,
      last_started_at: ran.last_started_at,
    };
  }

  pattern(pattern: string): PatternReport | undefined {
    const agents = this.#agentsOfPattern.all({ pattern });
    const [first] = agents;
    if (first === undefined) return undefined;
    const seen = agents.map(({ last_seen_at }) => last_seen_at);
    return {
      pattern,
      count: sum(agents.map(({ count }) => count)),
      sessions: sum(agents.map(({ sessions }) => sessions)),
      last_seen_at: seen.reduce((one, other) => (one > other ? one : other)),
      by_type: this.#typesOfPattern.all(pattern),
      by_risk: this.#risksOfPattern.all(pattern),
      by_agent: agents,
    };
  }

  /** The sessions with what was extracted from them. */
  timeline(sessions: readonly SessionRow[]): TimelineRow[] {
    const types = new Map<number, TypeCount[]>(sessions.map(({ id }) => [id, []]));
    for (const { session_key, ...count } of this.#typesOfSessions.all(JSON.stringify([...types.keys()]))) {
      types.get(session_key)?.push(count);
    }
    return sessions.map((session) => ({
      agent_name: session.agent_name,
      session_id: session.session_id,
      started_at: session.started_at,
      ended_at: session.ended_at,
      state: session.state,
      exit_code: session.exit_code,
      extraction_events: session.total_extraction_events,
      by_type: types.get(session.id) ?? [],
    }));
  }

  #durations({ key, ended, took_us, longest_us }: AgentRow): AgentReport['durations_ms'] {
    if (took_us === null || longest_us === null) return null;
    const median = this.#duration.get({ key, position: Math.floor((ended - 1) / 2) }) ?? 0;
    const milliseconds = (us: number) => Math.round(us / 1000);
    return {
      total: milliseconds(took_us),
      mean: milliseconds(took_us / ended),
      median: milliseconds(median),
      longest: milliseconds(longest_us),
    };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
