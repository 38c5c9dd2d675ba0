import type Database from 'better-sqlite3';
import type { EventFilter } from '../domain/ports.ts';
import type { EventRow } from '../domain/rows.ts';
import { newest, type Source } from './newest.ts';
import type { TimeRange } from './time-range.ts';

/** One session's events of one pattern. */
interface Tally extends Source {
  readonly session_key: number;
  readonly pattern_key: number;
}

/** All sessions of one agent with events of one pattern. */
interface AgentTally extends Source {
  readonly agent_key: number;
  readonly pattern_key: number;
}

/** What a tally's pattern and agent must be; null for any. */
interface Kind {
  readonly agent: string | null;
  readonly type: string | null;
  readonly pattern: string | null;
  readonly risk: string | null;
}

const isOfKind = `
  (:agent IS NULL OR a.name = :agent) AND (:type IS NULL OR p.event_type = :type)
  AND (:pattern IS NULL OR p.pattern = :pattern) AND (:risk IS NULL OR p.risk_level = :risk)`;

/** In every query the newest first; a negative limit is none. */
export const eventSql = {
  /** With no filter at all. */
  newest: 'SELECT id FROM events ORDER BY id DESC LIMIT :limit',
  /** With nothing but times. */
  inTime: `
    SELECT id FROM events WHERE time_us >= :sinceUs AND time_us < :untilUs
    ORDER BY time_us DESC, id DESC LIMIT :limit`,
  talliesOfSession: `
    SELECT t.session_key, t.pattern_key, t.last_event_id
    FROM sessions s
    CROSS JOIN session_tallies t ON t.session_key = s.key
    JOIN agents a ON a.key = t.agent_key
    JOIN patterns p ON p.key = t.pattern_key
    WHERE s.session_id = :session AND ${isOfKind}
    ORDER BY t.last_event_id DESC`,
  agentTallies: `
    SELECT total.agent_key, total.pattern_key, total.last_event_id
    FROM agent_tallies total
    JOIN agents a ON a.key = total.agent_key
    JOIN patterns p ON p.key = total.pattern_key
    WHERE ${isOfKind}
    ORDER BY total.last_event_id DESC`,
  talliesOfAgent: `
    SELECT session_key, pattern_key, last_event_id FROM session_tallies
    WHERE agent_key = :agent_key AND pattern_key = :pattern_key AND last_event_id > :after
    ORDER BY last_event_id DESC LIMIT :limit`,
  talliesOfAgentInTime: `
    SELECT t.session_key, t.pattern_key, t.last_event_id
    FROM session_tallies t
    JOIN sessions s ON s.key = t.session_key
    WHERE t.agent_key = :agent_key AND t.pattern_key = :pattern_key
      AND t.last_time_us >= :sinceUs AND s.started_us < :untilUs
    ORDER BY t.last_event_id DESC`,
  eventsOfTally: `
    SELECT id FROM events WHERE session_key = :session_key AND pattern_key = :pattern_key AND id > :after
    ORDER BY id DESC LIMIT :limit`,
  eventsOfTallyInTime: `
    SELECT id FROM events WHERE session_key = :session_key AND pattern_key = :pattern_key AND id > :after
      AND time_us >= :sinceUs AND time_us < :untilUs
    ORDER BY id DESC LIMIT :limit`,
  rows: 'SELECT * FROM extraction_events WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id',
} as const;

/** Finds events by any filter, reading little more than it gives back. */
export class EventQueries {
  readonly #newest: Database.Statement<[{ limit: number }], number>;
  readonly #inTime: Database.Statement<[TimeRange & { limit: number }], number>;
  readonly #talliesOfSession: Database.Statement<[Kind & { session: string }], Tally>;
  readonly #agentTallies: Database.Statement<[Kind], AgentTally>;
  readonly #talliesOfAgent: Database.Statement<[AgentTally & { after: number; limit: number }], Tally>;
  readonly #talliesOfAgentInTime: Database.Statement<[AgentTally & TimeRange], Tally>;
  readonly #eventsOfTally: Database.Statement<[Tally & { after: number; limit: number }], number>;
  readonly #eventsOfTallyInTime: Database.Statement<[Tally & TimeRange & { after: number; limit: number }], number>;
  readonly #rows: Database.Statement<[string], EventRow>;

  constructor(database: Database.Database) {
    this.#newest = database.prepare<[{ limit: number }], number>(eventSql.newest).pluck();
    this.#inTime = database.prepare<[TimeRange & { limit: number }], number>(eventSql.inTime).pluck();
    this.#talliesOfSession = database.prepare(eventSql.talliesOfSession);
    this.#agentTallies = database.prepare(eventSql.agentTallies);
    this.#talliesOfAgent = database.prepare(eventSql.talliesOfAgent);
    this.#talliesOfAgentInTime = database.prepare(eventSql.talliesOfAgentInTime);
    this.#eventsOfTally = database
      .prepare<[Tally & { after: number; limit: number }], number>(eventSql.eventsOfTally)
      .pluck();
    this.#eventsOfTallyInTime = database
      .prepare<[Tally & TimeRange & { after: number; limit: number }], number>(eventSql.eventsOfTallyInTime)
      .pluck();
    this.#rows = database.prepare(eventSql.rows);
  }

  /** The newest that pass, the oldest of them first. The filter's own times are not looked at, only `time`. */
  find(filter: EventFilter, time: TimeRange | undefined): EventRow[] {
    return this.#rows.all(JSON.stringify(this.#ids(filter, time)));
  }

  #ids(filter: EventFilter, time: TimeRange | undefined): number[] {
    const { session, agent, type, pattern, risk, limit } = filter;
    if (limit <= 0) return [];
    const kind = { agent: agent ?? null, type: type ?? null, pattern: pattern ?? null, risk: risk ?? null };
    if (session !== undefined) {
      return this.#idsOfTallies(this.#talliesOfSession.all({ ...kind, session }), limit, time);
    }
    if (Object.values(kind).some((value) => value !== null)) {
      return this.#idsOfTallies(this.#talliesOfKind(kind, limit, time), limit, time);
    }
    return time === undefined ? this.#newest.all({ limit }) : this.#inTime.all({ ...time, limit });
  }

  /** Of the tallies of a kind, those that can hold its newest events. */
  #talliesOfKind(kind: Kind, limit: number, time: TimeRange | undefined): Tally[] {
    const agentTallies = this.#agentTallies.all(kind);
    // Each of the newest `limit` tallies holds an event newer than all of the rest, so the rest holds none of the
    // newest `limit` events. With times this does not hold, because a tally's newest event may be outside of them.
    const most = time === undefined ? limit : Infinity;
    return newest(agentTallies, most, lastEventId, (source, after) =>
      time === undefined
        ? this.#talliesOfAgent.all({ ...source, after, limit })
        : this.#talliesOfAgentInTime.all({ ...source, ...time }),
    );
  }

  #idsOfTallies(tallies: readonly Tally[], limit: number, time: TimeRange | undefined): number[] {
    return newest(tallies, limit, Number, (source, after) =>
      time === undefined
        ? this.#eventsOfTally.all({ ...source, after, limit })
        : this.#eventsOfTallyInTime.all({ ...source, ...time, after, limit }),
    );
  }
}

function lastEventId(tally: Tally): number {
  return tally.last_event_id;
}
