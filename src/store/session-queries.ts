import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import type { SessionFilter } from '../domain/ports.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { CodeBlockRow, SessionRow, StateChangeRow } from '../domain/rows.ts';
import { parseSessionReference, sessionAmbiguous, sessionNotFound } from './session-reference.ts';
import type { TimeRange } from './time-range.ts';

/** How many of the sessions that an ambiguous prefix matches are named. */
const candidatesShown = 5;

/** The greatest code point: what begins with a prefix sorts before the prefix followed by it. */
const afterAll = '\u{10FFFF}';

const newestFirst = 'ORDER BY s.started_us DESC, s.key DESC';

interface Listing extends TimeRange {
  readonly agent: string | null;
  readonly limit: number;
}

function listing(table: string, conditions: string): string {
  return `
    SELECT v.* FROM ${table}
    CROSS JOIN process_sessions v ON v.id = s.key
    WHERE s.started_us >= :sinceUs AND s.started_us < :untilUs ${conditions}
    ${newestFirst} LIMIT :limit`;
}

export const sessionSql = {
  all: listing('sessions s', ''),
  running: listing('sessions s', 'AND s.ended_us IS NULL'),
  ofAgent: listing('agents a CROSS JOIN sessions s ON s.agent_key = a.key', 'AND a.name = :agent'),
  runningOfAgent: listing(
    'agents a CROSS JOIN sessions s ON s.agent_key = a.key',
    'AND a.name = :agent AND s.ended_us IS NULL',
  ),
  byId: 'SELECT * FROM process_sessions WHERE session_id = ?',
  byPosition: `
    SELECT v.* FROM (SELECT s.key FROM sessions s ${newestFirst} LIMIT 1 OFFSET ?) n
    JOIN process_sessions v ON v.id = n.key`,
  /** A range instead of LIKE: nothing in a prefix means anything but itself. */
  countByPrefix: 'SELECT count(*) FROM sessions WHERE session_id >= :prefix AND session_id < :behind',
  idsByPrefix: `
    SELECT session_id FROM sessions WHERE session_id >= :prefix AND session_id < :behind
    ORDER BY session_id LIMIT :limit`,
  codeBlocks: `
    SELECT v.* FROM sessions s
    CROSS JOIN code_block_occurrences o ON o.session_key = s.key
    CROSS JOIN code_blocks v ON v.id = o.event_id
    WHERE s.session_id = :session AND (:language IS NULL OR o.language = :language)
    ORDER BY o.event_id`,
  stateChanges: `
    SELECT v.* FROM sessions s
    CROSS JOIN state_changes c ON c.session_key = s.key
    CROSS JOIN process_state_changes v ON v.id = c.id
    WHERE s.session_id = ? ORDER BY c.id`,
} as const;

/** Finds sessions, and what hangs on one of them. */
export class SessionQueries {
  readonly #listings: Readonly<Record<'all' | 'running' | 'ofAgent' | 'runningOfAgent', ListingStatement>>;
  readonly #byId: Database.Statement<[string], SessionRow>;
  readonly #byPosition: Database.Statement<[number], SessionRow>;
  readonly #countByPrefix: Database.Statement<[{ prefix: string; behind: string }], number>;
  readonly #idsByPrefix: Database.Statement<[{ prefix: string; behind: string; limit: number }], string>;
  readonly #codeBlocks: Database.Statement<[{ session: string; language: string | null }], CodeBlockRow>;
  readonly #stateChanges: Database.Statement<[string], StateChangeRow>;

  constructor(database: Database.Database) {
    this.#listings = {
      all: database.prepare(sessionSql.all),
      running: database.prepare(sessionSql.running),
      ofAgent: database.prepare(sessionSql.ofAgent),
      runningOfAgent: database.prepare(sessionSql.runningOfAgent),
    };
    this.#byId = database.prepare(sessionSql.byId);
    this.#byPosition = database.prepare(sessionSql.byPosition);
    this.#countByPrefix = database
      .prepare<[{ prefix: string; behind: string }], number>(sessionSql.countByPrefix)
      .pluck();
    this.#idsByPrefix = database
      .prepare<[{ prefix: string; behind: string; limit: number }], string>(sessionSql.idsByPrefix)
      .pluck();
    this.#codeBlocks = database.prepare(sessionSql.codeBlocks);
    this.#stateChanges = database.prepare(sessionSql.stateChanges);
  }

  /** The newest first. The filter's own times are not looked at, only `time`. */
  list(filter: SessionFilter, time: TimeRange | undefined): SessionRow[] {
    const ofAgent = filter.agent !== undefined;
    const statement =
      filter.active === true
        ? this.#listings[ofAgent ? 'runningOfAgent' : 'running']
        : this.#listings[ofAgent ? 'ofAgent' : 'all'];
    return statement.all({
      agent: filter.agent ?? null,
      sinceUs: time?.sinceUs ?? 0,
      untilUs: time?.untilUs ?? Number.MAX_SAFE_INTEGER,
      limit: Math.max(filter.limit, 0),
    });
  }

  byId(sessionId: string): Result<SessionRow, Failure> {
    const row = this.#byId.get(sessionId);
    return row === undefined ? fail(sessionNotFound(sessionId)) : ok(row);
  }

  byReference(text: string): Result<SessionRow, Failure> {
    const reference = parseSessionReference(text);
    if (reference.kind === 'newest') {
      const row = reference.position > 0 ? this.#byPosition.get(reference.position - 1) : undefined;
      return row === undefined ? fail(sessionNotFound(text)) : ok(row);
    }
    const { prefix } = reference;
    if (prefix === '') return fail(sessionNotFound(text));
    const exact = this.#byId.get(prefix);
    if (exact !== undefined) return ok(exact);
    const range = { prefix, behind: prefix + afterAll };
    const ids = this.#idsByPrefix.all({ ...range, limit: candidatesShown });
    const [only] = ids;
    if (only === undefined) return fail(sessionNotFound(text));
    if (ids.length === 1) return this.byId(only);
    return fail(sessionAmbiguous(text, this.#countByPrefix.get(range) ?? ids.length, ids));
  }

  /** In the order of their events. */
  codeBlocks(session: string, language: string | undefined): CodeBlockRow[] {
    return this.#codeBlocks.all({ session, language: language?.toLowerCase() ?? null });
  }

  /** In the order in which they were added. */
  stateChanges(session: string): StateChangeRow[] {
    return this.#stateChanges.all(session);
  }
}

type ListingStatement = Database.Statement<[Listing], SessionRow>;
