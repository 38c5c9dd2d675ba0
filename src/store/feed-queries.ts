import type Database from 'better-sqlite3';
import type { Cursor, FeedEntry, FeedFilter, FeedKind, FeedPage } from '../domain/feed.ts';
import type { EventRow, GapRow, ReindexRow, SessionRow, StateChangeRow } from '../domain/rows.ts';
import { EventQueries, type Stretch } from './event-queries.ts';

/** How many numbers of the feed one read goes through at most, whatever the filter leaves of them. */
const widestRead = 10_000;

interface OfAgent extends Stretch {
  readonly agent: string | null;
}

interface OfSession extends OfAgent {
  readonly session: string;
}

type EndRow = SessionRow & { readonly end_id: Cursor };

const ofAgent = '(:agent IS NULL OR v.agent_name = :agent)';

const states = (order: '' | 'DESC') => `
  SELECT v.* FROM process_state_changes v
  WHERE v.id > :after AND v.id <= :upTo AND ${ofAgent} ORDER BY v.id ${order} LIMIT :limit`;
const statesOfSession = (order: '' | 'DESC') => `
  SELECT v.* FROM sessions s
  CROSS JOIN state_changes c ON c.session_key = s.key
  CROSS JOIN process_state_changes v ON v.id = c.id
  WHERE s.session_id = :session AND c.id > :after AND c.id <= :upTo AND ${ofAgent} ORDER BY c.id ${order} LIMIT :limit`;
const ends = (order: '' | 'DESC') => `
  SELECT s.end_id, v.* FROM sessions s
  CROSS JOIN process_sessions v ON v.id = s.key
  WHERE s.end_id > :after AND s.end_id <= :upTo AND ${ofAgent} ORDER BY s.end_id ${order} LIMIT :limit`;
const gaps = (order: '' | 'DESC') => `
  SELECT v.* FROM recording_gaps v
  WHERE v.id > :after AND v.id <= :upTo AND ${ofAgent} ORDER BY v.id ${order} LIMIT :limit`;
const gapsOfSession = (order: '' | 'DESC') => `
  SELECT v.* FROM sessions s
  CROSS JOIN gaps g ON g.session_key = s.key
  CROSS JOIN recording_gaps v ON v.id = g.id
  WHERE s.session_id = :session AND g.id > :after AND g.id <= :upTo AND ${ofAgent} ORDER BY g.id ${order} LIMIT :limit`;
const marks = (order: '' | 'DESC') => `
  SELECT v.* FROM session_reindexes v
  WHERE v.id > :after AND v.id <= :upTo AND ${ofAgent} ORDER BY v.id ${order} LIMIT :limit`;

/** In every query the entries in the order of the feed; the last ones in the opposite order. */
export const feedSql = {
  latest: "SELECT seq FROM sqlite_sequence WHERE name = 'events'",
  states: states(''),
  lastStates: states('DESC'),
  statesOfSession: statesOfSession(''),
  lastStatesOfSession: statesOfSession('DESC'),
  ends: ends(''),
  lastEnds: ends('DESC'),
  endOfSession: `
    SELECT s.end_id, v.* FROM sessions s
    CROSS JOIN process_sessions v ON v.id = s.key
    WHERE s.session_id = :session AND s.end_id > :after AND s.end_id <= :upTo AND ${ofAgent} LIMIT :limit`,
  gaps: gaps(''),
  lastGaps: gaps('DESC'),
  gapsOfSession: gapsOfSession(''),
  lastGapsOfSession: gapsOfSession('DESC'),
  marks: marks(''),
  lastMarks: marks('DESC'),
  markOfSession: `
    SELECT v.* FROM sessions s
    CROSS JOIN reindexes r ON r.session_key = s.key
    CROSS JOIN session_reindexes v ON v.id = r.id
    WHERE s.session_id = :session AND r.id > :after AND r.id <= :upTo AND ${ofAgent} LIMIT :limit`,
  /** The first that is not older than a time. Events by their index; of the others there are few. */
  firstSince: `
    SELECT min(id) FROM (
      SELECT min(id) AS id FROM events INDEXED BY events_by_time WHERE time_us >= :timeUs
      UNION ALL SELECT min(id) FROM state_changes WHERE time_us >= :timeUs
      UNION ALL SELECT min(end_id) FROM sessions WHERE ended_us >= :timeUs
      UNION ALL SELECT min(id) FROM gaps WHERE time_us >= :timeUs
      UNION ALL SELECT min(id) FROM reindexes WHERE time_us >= :timeUs
    )`,
} as const;

/** Reads the feed: events, state changes, ends, gaps and reindexes, which all have their ids from one sequence. */
export class FeedQueries {
  readonly #events: EventQueries;
  readonly #latest: Database.Statement<[], Cursor>;
  readonly #states: Readonly<Record<'next' | 'last', Database.Statement<[OfAgent], StateChangeRow>>>;
  readonly #statesOfSession: Readonly<Record<'next' | 'last', Database.Statement<[OfSession], StateChangeRow>>>;
  readonly #ends: Readonly<Record<'next' | 'last', Database.Statement<[OfAgent], EndRow>>>;
  readonly #endOfSession: Database.Statement<[OfSession], EndRow>;
  readonly #gaps: Readonly<Record<'next' | 'last', Database.Statement<[OfAgent], GapRow>>>;
  readonly #gapsOfSession: Readonly<Record<'next' | 'last', Database.Statement<[OfSession], GapRow>>>;
  readonly #marks: Readonly<Record<'next' | 'last', Database.Statement<[OfAgent], ReindexRow>>>;
  readonly #markOfSession: Database.Statement<[OfSession], ReindexRow>;
  readonly #firstSince: Database.Statement<[{ timeUs: number }], number | null>;

  constructor(database: Database.Database) {
    this.#events = new EventQueries(database);
    this.#latest = database.prepare<[], Cursor>(feedSql.latest).pluck();
    this.#states = { next: database.prepare(feedSql.states), last: database.prepare(feedSql.lastStates) };
    this.#statesOfSession = {
      next: database.prepare(feedSql.statesOfSession),
      last: database.prepare(feedSql.lastStatesOfSession),
    };
    this.#ends = { next: database.prepare(feedSql.ends), last: database.prepare(feedSql.lastEnds) };
    this.#endOfSession = database.prepare(feedSql.endOfSession);
    this.#gaps = { next: database.prepare(feedSql.gaps), last: database.prepare(feedSql.lastGaps) };
    this.#gapsOfSession = {
      next: database.prepare(feedSql.gapsOfSession),
      last: database.prepare(feedSql.lastGapsOfSession),
    };
    this.#marks = { next: database.prepare(feedSql.marks), last: database.prepare(feedSql.lastMarks) };
    this.#markOfSession = database.prepare(feedSql.markOfSession);
    this.#firstSince = database.prepare<[{ timeUs: number }], number | null>(feedSql.firstSince).pluck();
  }

  latest(): Cursor {
    return this.#latest.get() ?? 0;
  }

  /** What is next behind `after`, as far as one read goes. */
  next(after: Cursor, filter: FeedFilter, limit: number): FeedPage {
    const latest = this.latest();
    // The indexes lead from one entry of a session to the next; what else passes is looked for in between.
    const upTo = filter.session === undefined ? Math.min(latest, after + widestRead) : latest;
    const stretch = { after, upTo, limit };
    const events = tells(filter, 'extraction') ? this.#events.inStretch(stretch, filter) : [];
    // Behind so many events nothing else has room on the page.
    const lastEvent = events.length === limit ? events.at(-1) : undefined;
    const others = this.#others('next', { ...stretch, upTo: lastEvent?.id ?? upTo }, filter);
    const entries = [...events.map(extraction), ...others].sort(byCursor);
    const shown = entries.slice(0, limit);
    const last = shown.at(-1);
    return { entries: shown, cursor: shown.length === limit && last !== undefined ? last.cursor : upTo };
  }

  /** The last `limit` that pass. */
  last(filter: FeedFilter, limit: number): FeedPage {
    const upTo = this.latest();
    const events = tells(filter, 'extraction') ? this.#events.find({ ...filter, limit }, undefined) : [];
    const others = this.#others('last', { after: 0, upTo, limit }, filter);
    const entries = [...events.map(extraction), ...others].sort(byCursor);
    return { entries: entries.slice(-limit), cursor: upTo };
  }

  /** Before the first that is not older. */
  before(timeUs: number): Cursor {
    const first = this.#firstSince.get({ timeUs }) ?? null;
    return first === null ? this.latest() : first - 1;
  }

  /** All but the events. */
  #others(which: 'next' | 'last', stretch: Stretch, filter: FeedFilter): FeedEntry[] {
    const { session } = filter;
    const ofAgent = { ...stretch, agent: filter.agent ?? null };
    const ofSession = session === undefined ? undefined : { ...ofAgent, session };
    const found: FeedEntry[] = [];
    if (tells(filter, 'state')) {
      const rows = ofSession ? this.#statesOfSession[which].all(ofSession) : this.#states[which].all(ofAgent);
      for (const row of rows) found.push({ kind: 'state', cursor: row.id, row });
    }
    if (tells(filter, 'complete')) {
      const rows = ofSession ? this.#endOfSession.all(ofSession) : this.#ends[which].all(ofAgent);
      for (const { end_id, ...row } of rows) found.push({ kind: 'complete', cursor: end_id, row });
    }
    const gapRows = ofSession ? this.#gapsOfSession[which].all(ofSession) : this.#gaps[which].all(ofAgent);
    for (const row of gapRows) found.push({ kind: 'gap', cursor: row.id, row });
    const rows = ofSession ? this.#markOfSession.all(ofSession) : this.#marks[which].all(ofAgent);
    for (const row of rows) found.push({ kind: 'reindex', cursor: row.id, row });
    return found;
  }
}

function extraction(row: EventRow): FeedEntry {
  return { kind: 'extraction', cursor: row.id, row };
}

function tells({ kinds }: FeedFilter, kind: FeedKind): boolean {
  return kinds?.includes(kind) ?? true;
}

function byCursor(one: FeedEntry, other: FeedEntry): number {
  return one.cursor - other.cursor;
}
