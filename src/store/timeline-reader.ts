import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import type { EventType } from '../domain/pattern.ts';
import type { EntryPlace, ReplayKind, TimelineEntry } from '../domain/replay.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { StateChangeRow } from '../domain/rows.ts';
import { attempt } from './database-failure.ts';
import { EventQueries } from './event-queries.ts';
import { openDatabaseForReading } from './open-database.ts';
import { sessionNotFound } from './session-reference.ts';

/** A session of at most so many events is sorted for each page; a larger one is picked out of all that happened meanwhile. */
const fewEvents = 20_000;

interface Timed {
  readonly id: number;
  readonly time_us: number;
}

interface SessionKey {
  readonly key: number;
  readonly started_us: number;
  readonly events: number;
  readonly last_us: number;
}

interface Behind {
  readonly key: number;
  readonly timeUs: number;
  readonly id: number;
  readonly lastUs: number;
  readonly limit: number;
}

const isBehind = 'time_us >= :timeUs AND NOT (time_us = :timeUs AND id <= :id) AND time_us <= :lastUs';

export const timelineSql = {
  session: `
    SELECT s.key, s.started_us, s.events,
      coalesce((SELECT max(last_time_us) FROM session_tallies t WHERE t.session_key = s.key), 0) AS last_us
    FROM sessions s WHERE s.session_id = ?`,
  fewEvents: `
    SELECT id, time_us FROM events INDEXED BY events_by_session_and_pattern
    WHERE session_key = :key AND ${isBehind} ORDER BY time_us, id LIMIT :limit`,
  manyEvents: `
    SELECT id, time_us FROM events INDEXED BY events_by_time
    WHERE session_key = :key AND ${isBehind} ORDER BY time_us, id LIMIT :limit`,
  eventsOfType: `
    SELECT id, time_us FROM events INDEXED BY events_by_session_and_pattern
    WHERE session_key = :key AND pattern_key IN (SELECT key FROM patterns WHERE event_type = :type) AND ${isBehind}
    ORDER BY time_us, id LIMIT :limit`,
  event: 'SELECT id, time_us FROM events WHERE id = :id AND session_key = :key',
  states: `
    SELECT v.*, c.time_us FROM state_changes c
    CROSS JOIN process_state_changes v ON v.id = c.id
    WHERE c.session_key = :key AND c.time_us >= :timeUs AND NOT (c.time_us = :timeUs AND c.id <= :id)
    ORDER BY c.time_us, c.id LIMIT :limit`,
} as const;

/** Reads what the store has of one session in the order of its times, whatever the order of its commits. */
export class TimelineReader {
  readonly #database: Database.Database;
  readonly #path: string;
  readonly #events: EventQueries;
  readonly #key: Database.Statement<[string], SessionKey>;
  readonly #fewEvents: Database.Statement<[Behind], Timed>;
  readonly #manyEvents: Database.Statement<[Behind], Timed>;
  readonly #eventsOfType: Database.Statement<[Behind & { type: EventType }], Timed>;
  readonly #event: Database.Statement<[{ key: number; id: number }], Timed>;
  readonly #states: Database.Statement<[Omit<Behind, 'lastUs'>], StateChangeRow & { time_us: number }>;

  constructor(database: Database.Database, path: string) {
    this.#database = database;
    this.#path = path;
    this.#events = new EventQueries(database);
    this.#key = database.prepare(timelineSql.session);
    this.#fewEvents = database.prepare(timelineSql.fewEvents);
    this.#manyEvents = database.prepare(timelineSql.manyEvents);
    this.#eventsOfType = database.prepare(timelineSql.eventsOfType);
    this.#event = database.prepare(timelineSql.event);
    this.#states = database.prepare(timelineSql.states);
  }

  /** Up to `limit` entries behind a place. */
  entries(request: {
    readonly session: string;
    readonly behind: EntryPlace;
    readonly kinds: readonly ReplayKind[];
    readonly limit: number;
  }): Result<TimelineEntry[], Failure> {
    const { session, behind, kinds, limit } = request;
    return this.#ofSession(session, (key) => {
      const after = { ...behindOf(key, behind), limit };
      const events = kinds.includes('extraction') ? this.#eventsBehind(key, after) : [];
      const rows = new Map(this.#events.rows(events.map(({ id }) => id)).map((row) => [row.id, row]));
      const states = kinds.includes('state') ? this.#states.all(after) : [];
      const found: TimelineEntry[] = [
        ...events.flatMap(({ id, time_us }) => {
          const row = rows.get(id);
          return row === undefined ? [] : [{ kind: 'extraction' as const, timeUs: time_us - key.started_us, row }];
        }),
        ...states.map(({ time_us, ...row }) => ({ kind: 'state' as const, timeUs: time_us - key.started_us, row })),
      ];
      return ok(found.sort(byTime).slice(0, limit));
    });
  }

  /** The place of an event; undefined where the session has none of this id. */
  placeOf(session: string, id: number): Result<EntryPlace | undefined, Failure> {
    return this.#ofSession(session, (key) => ok(placeIn(key, this.#event.get({ key: key.key, id }))));
  }

  /** The first event behind a place, of one type or of any. */
  nextEvent(session: string, behind: EntryPlace, type: EventType | 'any'): Result<EntryPlace | undefined, Failure> {
    return this.#ofSession(session, (key) => {
      const after = { ...behindOf(key, behind), limit: 1 };
      const [next] = type === 'any' ? this.#eventsBehind(key, after) : this.#eventsOfType.all({ ...after, type });
      return ok(placeIn(key, next));
    });
  }

  close(): void {
    this.#database.close();
  }

  #eventsBehind({ events }: SessionKey, after: Behind): Timed[] {
    return (events <= fewEvents ? this.#fewEvents : this.#manyEvents).all(after);
  }

  #ofSession<Value>(sessionId: string, query: (key: SessionKey) => Result<Value, Failure>): Result<Value, Failure> {
    const read = () => {
      const key = this.#key.get(sessionId);
      return key === undefined ? fail(sessionNotFound(sessionId)) : query(key);
    };
    return attempt(this.#path, () => this.#database.transaction(read).deferred());
  }
}

function behindOf({ key, started_us, last_us }: SessionKey, { timeUs, id }: EntryPlace): Omit<Behind, 'limit'> {
  return { key, timeUs: started_us + timeUs, id, lastUs: last_us };
}

function placeIn({ started_us }: SessionKey, event: Timed | undefined): EntryPlace | undefined {
  return event && { timeUs: event.time_us - started_us, id: event.id };
}

function byTime(one: TimelineEntry, other: TimelineEntry): number {
  return one.timeUs - other.timeUs || one.row.id - other.row.id;
}

/** Opens the database for reading, as `openReader` does. */
export function openTimelineReader(path: string): Result<TimelineReader, Failure> {
  const opened = openDatabaseForReading(path);
  return opened.ok ? attempt(path, () => ok(new TimelineReader(opened.value, path))) : opened;
}
