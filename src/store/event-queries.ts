import type Database from 'better-sqlite3';
import { type EventFilter, mostCounted } from '../domain/ports.ts';
import type { EventRow } from '../domain/rows.ts';
import { newest, type Source } from './newest.ts';
import type { Place } from './page.ts';
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

/** Of a row of `extraction_events`, in the order of its columns. */
type EventValues = [
  id: number,
  agent_name: string,
  session_id: string,
  timestamp: string,
  event_type: EventRow['event_type'],
  pattern: string,
  matched_value: string,
  original_line: string,
  line_number: number,
  metadata_json: string | null,
  code_block_language: string | null,
  risk_level: EventRow['risk_level'],
  auto_confirmable: EventRow['auto_confirmable'],
  stream: EventRow['stream'],
  byte_offset: number,
];

const columns = `
  v.id, v.agent_name, v.session_id, v.timestamp, v.event_type, v.pattern, v.matched_value, v.original_line,
  v.line_number, v.metadata_json, v.code_block_language, v.risk_level, v.auto_confirmable, v.stream, v.byte_offset`;

/** In every query the newest first; a negative limit is none. */
export const eventSql = {
  /** With no filter at all. */
  newest: 'SELECT id FROM events WHERE id < :before ORDER BY id DESC LIMIT :limit',
  /** With nothing but times. */
  inTime: `
    SELECT id FROM events
    WHERE time_us >= :sinceUs AND time_us < :untilUs AND NOT (time_us = :beforeUs AND id >= :before)
    ORDER BY time_us DESC, id DESC LIMIT :limit`,
  /** Of a kind, among the newest `lookedAt` of all. */
  amongNewest: `
    SELECT latest.id FROM (
      SELECT id, session_key, pattern_key FROM events WHERE id < :before ORDER BY id DESC LIMIT :lookedAt
    ) latest
    JOIN sessions s ON s.key = latest.session_key
    JOIN agents a ON a.key = s.agent_key
    JOIN patterns p ON p.key = latest.pattern_key
    WHERE ${isOfKind}
    ORDER BY latest.id DESC LIMIT :limit`,
  /** Of a session, among the newest `lookedAt` of all. */
  amongNewestOfSession: `
    SELECT id FROM (SELECT id, session_key FROM events WHERE id < :before ORDER BY id DESC LIMIT :lookedAt)
    WHERE session_key = :session_key
    ORDER BY id DESC LIMIT :limit`,
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
    WHERE agent_key = :agent_key AND pattern_key = :pattern_key AND last_event_id > :after AND last_event_id < :before
    ORDER BY last_event_id DESC LIMIT :limit`,
  /** With events on pages that were read already; they may have more. */
  talliesOfAgentFrom: `
    SELECT session_key, pattern_key, last_event_id FROM session_tallies
    WHERE agent_key = :agent_key AND pattern_key = :pattern_key AND last_event_id >= :before
    ORDER BY last_event_id DESC`,
  talliesOfAgentInTime: `
    SELECT t.session_key, t.pattern_key, t.last_event_id
    FROM session_tallies t
    JOIN sessions s ON s.key = t.session_key
    WHERE t.agent_key = :agent_key AND t.pattern_key = :pattern_key
      AND t.last_time_us >= :sinceUs AND s.started_us < :untilUs
    ORDER BY t.last_event_id DESC`,
  eventsOfTally: `
    SELECT id FROM events
    WHERE session_key = :session_key AND pattern_key = :pattern_key AND id > :after AND id < :before
    ORDER BY id DESC LIMIT :limit`,
  eventsOfTallyInTime: `
    SELECT id FROM events
    WHERE session_key = :session_key AND pattern_key = :pattern_key AND id > :after AND id < :before
      AND time_us >= :sinceUs AND time_us < :untilUs
    ORDER BY id DESC LIMIT :limit`,
  countOfSession: `
    SELECT coalesce(sum(t.events), 0) FROM sessions s
    CROSS JOIN session_tallies t ON t.session_key = s.key
    JOIN agents a ON a.key = t.agent_key
    JOIN patterns p ON p.key = t.pattern_key
    WHERE s.session_id = :session AND ${isOfKind}`,
  countOfKind: `
    SELECT coalesce(sum(total.events), 0) FROM agent_tallies total
    JOIN agents a ON a.key = total.agent_key
    JOIN patterns p ON p.key = total.pattern_key
    WHERE ${isOfKind}`,
  rows: `
    SELECT ${columns} FROM extraction_events v
    WHERE v.id IN (SELECT value FROM json_each(?)) ORDER BY v.id`,
  /** A stretch of the feed, in its order. */
  stretch: `
    SELECT ${columns} FROM extraction_events v
    WHERE v.id > :after AND v.id <= :upTo
      AND (:agent IS NULL OR v.agent_name = :agent) AND (:type IS NULL OR v.event_type = :type)
      AND (:pattern IS NULL OR v.pattern = :pattern) AND (:risk IS NULL OR v.risk_level = :risk)
    ORDER BY v.id LIMIT :limit`,
  lastOfKind: `
    SELECT max(total.last_event_id) FROM agent_tallies total
    JOIN agents a ON a.key = total.agent_key
    JOIN patterns p ON p.key = total.pattern_key
    WHERE ${isOfKind}`,
  eventsOfTallyAfter: `
    SELECT id FROM events
    WHERE session_key = :session_key AND pattern_key = :pattern_key AND id > :after
    ORDER BY id LIMIT :limit`,
} as const;

/** A stretch of the feed: behind `after`, up to and with `upTo`, and no more of it than `limit`. */
export interface Stretch {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
}

/** A page reaches down from here; the first one from the top. */
interface Bound {
  readonly before: number;
}

const top: Place = { timeUs: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };

/** One in so many events must be of a kind for the newest of the kind to be found among the newest of all. */
const sparsest = 8;

type Limited = Bound & { readonly limit: number };
type Between = Limited & { readonly after: number };
/** Among the newest so many of all. */
type Nearby = Limited & { readonly lookedAt: number };

/** Finds events by any filter, reading little more than it gives back. */
export class EventQueries {
  readonly #newest: Database.Statement<[Limited], number>;
  readonly #inTime: Database.Statement<[TimeRange & Limited & { beforeUs: number }], number>;
  readonly #amongNewest: Database.Statement<[Kind & Nearby], number>;
  readonly #amongNewestOfSession: Database.Statement<[Nearby & { session_key: number }], number>;
  readonly #talliesOfSession: Database.Statement<[Kind & { session: string }], Tally>;
  readonly #agentTallies: Database.Statement<[Kind], AgentTally>;
  readonly #talliesOfAgent: Database.Statement<[AgentTally & Between], Tally>;
  readonly #talliesOfAgentFrom: Database.Statement<[AgentTally & Bound], Tally>;
  readonly #talliesOfAgentInTime: Database.Statement<[AgentTally & TimeRange], Tally>;
  readonly #eventsOfTally: Database.Statement<[Tally & Between], number>;
  readonly #eventsOfTallyInTime: Database.Statement<[Tally & TimeRange & Between], number>;
  readonly #countOfSession: Database.Statement<[Kind & { session: string }], number>;
  readonly #countOfKind: Database.Statement<[Kind], number>;
  readonly #rows: Database.Statement<[string], EventValues>;
  readonly #stretch: Database.Statement<[Stretch & Kind], EventValues>;
  readonly #lastOfKind: Database.Statement<[Kind], number | null>;
  readonly #eventsOfTallyAfter: Database.Statement<[Omit<Tally, 'last_event_id'> & Omit<Stretch, 'upTo'>], number>;

  constructor(database: Database.Database) {
    this.#newest = database.prepare<[Limited], number>(eventSql.newest).pluck();
    this.#inTime = database.prepare<[TimeRange & Limited & { beforeUs: number }], number>(eventSql.inTime).pluck();
    this.#amongNewest = database.prepare<[Kind & Nearby], number>(eventSql.amongNewest).pluck();
    this.#amongNewestOfSession = database
      .prepare<[Nearby & { session_key: number }], number>(eventSql.amongNewestOfSession)
      .pluck();
    this.#talliesOfSession = database.prepare(eventSql.talliesOfSession);
    this.#agentTallies = database.prepare(eventSql.agentTallies);
    this.#talliesOfAgent = database.prepare(eventSql.talliesOfAgent);
    this.#talliesOfAgentFrom = database.prepare(eventSql.talliesOfAgentFrom);
    this.#talliesOfAgentInTime = database.prepare(eventSql.talliesOfAgentInTime);
    this.#eventsOfTally = database.prepare<[Tally & Between], number>(eventSql.eventsOfTally).pluck();
    this.#eventsOfTallyInTime = database
      .prepare<[Tally & TimeRange & Between], number>(eventSql.eventsOfTallyInTime)
      .pluck();
    this.#countOfSession = database.prepare<[Kind & { session: string }], number>(eventSql.countOfSession).pluck();
    this.#countOfKind = database.prepare<[Kind], number>(eventSql.countOfKind).pluck();
    // Rows as arrays: half the time of rows as objects, of which SQLite's binding sets each property by its name.
    this.#rows = database.prepare<[string], EventValues>(eventSql.rows).raw();
    this.#stretch = database.prepare<[Stretch & Kind], EventValues>(eventSql.stretch).raw();
    this.#lastOfKind = database.prepare<[Kind], number | null>(eventSql.lastOfKind).pluck();
    this.#eventsOfTallyAfter = database
      .prepare<[Omit<Tally, 'last_event_id'> & Omit<Stretch, 'upTo'>], number>(eventSql.eventsOfTallyAfter)
      .pluck();
  }

  /**
   * The newest that pass, the oldest of them first. The filter's own times are not looked at, only `time`.
   *
   * @param before only what the order puts behind this place: by id; by time and id when the filter holds only times
   */
  find(filter: EventFilter, time: TimeRange | undefined, before = top): EventRow[] {
    return this.rows(this.#ids(filter, time, before));
  }

  /** As {@link find}, the newest first. */
  newestFirst(filter: EventFilter, time: TimeRange | undefined, before = top): EventRow[] {
    const ids = this.#ids(filter, time, before);
    const rows = new Map(this.rows(ids).map((row) => [row.id, row]));
    return ids.flatMap((id) => rows.get(id) ?? []);
  }

  /** How many pass: from the tallies, or where times are asked for, counted up to one more than `mostCounted`. */
  count(filter: EventFilter, time: TimeRange | undefined): { total: number; isFree: boolean } {
    if (time !== undefined) {
      return { total: this.#ids({ ...filter, limit: mostCounted + 1 }, time, top).length, isFree: false };
    }
    const kind = kindOf(filter);
    const { session } = filter;
    const total = session === undefined ? this.#countOfKind.get(kind) : this.#countOfSession.get({ ...kind, session });
    return { total: total ?? 0, isFree: true };
  }

  /** In the order of their ids. */
  rows(ids: readonly number[]): EventRow[] {
    return this.#rows.all(JSON.stringify(ids)).map(eventRow);
  }

  /** The first `limit` of a stretch of the feed that pass, in its order. */
  inStretch(stretch: Stretch, filter: Omit<EventFilter, 'limit'>): EventRow[] {
    const kind = kindOf(filter);
    const { after, limit } = stretch;
    if (filter.session === undefined) {
      const isPast = isSomeKind(kind) && (this.#lastOfKind.get(kind) ?? 0) <= after;
      return isPast ? [] : this.#stretch.all({ ...stretch, ...kind }).map(eventRow);
    }
    const ids = this.#talliesOfSession
      .all({ ...kind, session: filter.session })
      .filter(({ last_event_id }) => last_event_id > after)
      .flatMap(({ session_key, pattern_key }) =>
        this.#eventsOfTallyAfter.all({ session_key, pattern_key, after, limit }),
      )
      .filter((id) => id <= stretch.upTo)
      .sort((one, other) => one - other);
    return this.rows(ids.slice(0, limit));
  }

  /** The newest first. */
  #ids(filter: EventFilter, time: TimeRange | undefined, place: Place): number[] {
    const { session, limit } = filter;
    if (limit <= 0) return [];
    const kind = kindOf(filter);
    const before = place.id;
    if (session !== undefined) {
      const tallies = this.#talliesOfSession.all({ ...kind, session });
      // Of one kind it has few tallies.
      const isOften = time === undefined && !isSomeKind(kind);
      const found = isOften ? this.#amongNewestIdsOfSession(tallies[0], limit, before) : [];
      return found.length === limit ? found : this.#idsOfTallies(tallies, limit, time, before);
    }
    if (isSomeKind(kind)) {
      // One pattern is rarer than that, and has few tallies.
      const isOften = time === undefined && kind.pattern === null;
      const found = isOften ? this.#amongNewestIds(kind, limit, before) : [];
      if (found.length === limit) return found;
      return this.#idsOfTallies(this.#talliesOfKind(kind, limit, time, before), limit, time, before);
    }
    if (time === undefined) return this.#newest.all({ limit, before });
    const untilUs = Math.min(time.untilUs, place.timeUs + 1);
    return this.#inTime.all({ ...time, untilUs, beforeUs: place.timeUs, before, limit });
  }

  #amongNewestIds(kind: Kind, limit: number, before: number): number[] {
    const last = this.#lastOfKind.get(kind) ?? 0;
    return this.#amongNewest.all({ ...kind, ...nearby(last, limit, before) });
  }

  /** @param tally the one with the session's last event */
  #amongNewestIdsOfSession(tally: Tally | undefined, limit: number, before: number): number[] {
    if (tally === undefined) return [];
    const { session_key, last_event_id: last } = tally;
    return this.#amongNewestOfSession.all({ session_key, ...nearby(last, limit, before) });
  }

  /** Of the tallies of a kind, those that can hold its newest events before an id. */
  #talliesOfKind(kind: Kind, limit: number, time: TimeRange | undefined, before: number): Tally[] {
    const agentTallies = this.#agentTallies.all(kind);
    // Of those that end before it, each of the newest `limit` tallies holds an event newer than all of the rest, so
    // the rest holds none of the newest `limit` events. With times this does not hold, because a tally's newest
    // event may be outside of them.
    const isFirst = before === top.id;
    const most = time === undefined && isFirst ? limit : Infinity;
    return newest(agentTallies, most, lastEventId, (source, after) => {
      if (time !== undefined) return this.#talliesOfAgentInTime.all({ ...source, ...time });
      const ended = this.#talliesOfAgent.all({ ...source, after, before, limit });
      return isFirst ? ended : [...this.#talliesOfAgentFrom.all({ ...source, before }), ...ended];
    });
  }

  #idsOfTallies(tallies: readonly Tally[], limit: number, time: TimeRange | undefined, before: number): number[] {
    return newest(tallies, limit, Number, (source, after) =>
      time === undefined
        ? this.#eventsOfTally.all({ ...source, after, before, limit })
        : this.#eventsOfTallyInTime.all({ ...source, ...time, after, before, limit }),
    );
  }
}

/** Whoever is at work is at work for a while: behind the last event of an agent or a session are more, close together. */
function nearby(last: number, limit: number, before: number): Nearby {
  return { limit, before: Math.min(before, last + 1), lookedAt: limit * sparsest };
}

function isSomeKind(kind: Kind): boolean {
  return Object.values(kind).some((value) => value !== null);
}

function eventRow(values: EventValues): EventRow {
  return {
    id: values[0],
    agent_name: values[1],
    session_id: values[2],
    timestamp: values[3],
    event_type: values[4],
    pattern: values[5],
    matched_value: values[6],
    original_line: values[7],
    line_number: values[8],
    metadata_json: values[9],
    code_block_language: values[10],
    risk_level: values[11],
    auto_confirmable: values[12],
    stream: values[13],
    byte_offset: values[14],
  };
}

/** Of a filter what tallies are kept by. */
function kindOf({ agent, type, pattern, risk }: Omit<EventFilter, 'limit'>): Kind {
  return { agent: agent ?? null, type: type ?? null, pattern: pattern ?? null, risk: risk ?? null };
}

function lastEventId(tally: Tally): number {
  return tally.last_event_id;
}
