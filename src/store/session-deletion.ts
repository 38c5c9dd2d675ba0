import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { workFor } from './slow-statements.ts';

/** How many rows one transaction deletes: that takes about as long as the disk needs for any commit. */
export const rowsPerTransaction = 250;

/** How many ids are read in one go, and how many are kept before they are used. */
const idsPerRead = 20_000;
const mostIds = 1_000_000;

interface EventPlace {
  readonly pattern_key: number;
  readonly id: number;
}

/**
 * Deletes one session that has ended, from its first event to its row, in steps. After each of them all counts are
 * right, so that whoever is interrupted leaves nothing but a shorter session. What the session used is told until it
 * is gone.
 *
 * Events go in the order of their ids, in which they lie side by side; the index gives them pattern by pattern. So
 * they are read first, for which nobody has to wait.
 */
export class SessionDeletion {
  readonly #database: Database.Database;
  readonly #sessionId: string;
  readonly #find: Database.Statement<[string], number>;
  readonly #readIds: Database.Statement<[{ key: number; pattern: number; id: number; limit: number }], EventPlace>;
  readonly #deleteEvents: Database.Statement<[string], number>;
  readonly #countDown: Database.Statement<[{ key: number; pattern: number; events: number }]>;
  readonly #dropTally: Database.Statement<[number, number]>;
  readonly #countSession: Database.Statement<[number, number]>;
  /** Rows of which a session may have many, each table by a statement of its own. */
  readonly #deleteRows: readonly Database.Statement<[{ key: number; limit: number }]>[];
  readonly #deleteSession: Database.Statement<[number]>;
  #ids: number[] = [];
  #isRead = false;
  #last: EventPlace = { pattern_key: 0, id: 0 };

  constructor(database: Database.Database, sessionId: string) {
    this.#database = database;
    this.#sessionId = sessionId;
    this.#find = database
      .prepare<[string], number>('SELECT key FROM sessions WHERE session_id = ? AND ended_us IS NOT NULL')
      .pluck();
    this.#readIds = database.prepare(
      `SELECT pattern_key, id FROM events INDEXED BY events_by_session_and_pattern
       WHERE session_key = :key AND (pattern_key, id) > (:pattern, :id) ORDER BY pattern_key, id LIMIT :limit`,
    );
    this.#deleteEvents = database
      .prepare<[string], number>(
        'DELETE FROM events WHERE id IN (SELECT value FROM json_each(?)) RETURNING pattern_key',
      )
      .pluck();
    this.#countDown = database.prepare(
      'UPDATE session_tallies SET events = events - :events WHERE session_key = :key AND pattern_key = :pattern',
    );
    this.#dropTally = database.prepare(
      'DELETE FROM session_tallies WHERE session_key = ? AND pattern_key = ? AND events <= 0',
    );
    this.#countSession = database.prepare('UPDATE sessions SET events = max(0, events - ?) WHERE key = ?');
    this.#deleteRows = Object.entries({ state_changes: 'id', touched_files: 'path', file_calls: 'call_id' }).map(
      ([table, column]) =>
        database.prepare(
          `DELETE FROM ${table} WHERE session_key = :key
             AND ${column} IN (SELECT ${column} FROM ${table} WHERE session_key = :key LIMIT :limit)`,
        ),
    );
    this.#deleteSession = database.prepare('DELETE FROM sessions WHERE key = ?');
  }

  /** `done` when nothing is left of it; `read` when nothing was locked, `deleted` when there was a transaction. */
  step(): Result<'read' | 'deleted' | 'done', Failure> {
    workFor(this.#sessionId);
    return attempt(this.#database.name, () => {
      const key = this.#find.get(this.#sessionId);
      if (key === undefined) return ok('done');
      if (!this.#isRead) {
        this.#read(key);
        return ok('read');
      }
      const ids = this.#ids.splice(-rowsPerTransaction);
      this.#database.transaction(() => this.#delete(key, ids)).immediate();
      if (this.#ids.length === 0) this.#isRead = false;
      return ok('deleted');
    });
  }

  #read(key: number): void {
    const { pattern_key: pattern, id } = this.#last;
    const places = this.#readIds.all({ key, pattern, id, limit: idsPerRead });
    for (const place of places) this.#ids.push(place.id);
    this.#last = places.at(-1) ?? this.#last;
    if (places.length === idsPerRead && this.#ids.length < mostIds) return;
    // The last are taken first.
    this.#ids.sort((one, other) => other - one);
    this.#isRead = true;
    if (places.length < idsPerRead) this.#last = { pattern_key: 0, id: 0 };
  }

  #delete(key: number, ids: readonly number[]): void {
    if (ids.length > 0) this.#deleteSomeEvents(key, ids);
    else if (!this.#deleteSomeRows(key)) this.#deleteSession.run(key);
  }

  #deleteSomeRows(key: number): boolean {
    return this.#deleteRows.some((statement) => statement.run({ key, limit: rowsPerTransaction }).changes > 0);
  }

  #deleteSomeEvents(key: number, ids: readonly number[]): void {
    const counts = new Map<number, number>();
    for (const pattern of this.#deleteEvents.all(JSON.stringify(ids))) {
      counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
    }
    let sum = 0;
    for (const [pattern, events] of counts) {
      this.#countDown.run({ key, pattern, events });
      this.#dropTally.run(key, pattern);
      sum += events;
    }
    this.#countSession.run(sum, key);
  }
}
