import type Database from 'better-sqlite3';
import type { Batch } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import type { EventReplacer } from '../domain/ports.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Session } from '../domain/session.ts';
import { attempt } from './database-failure.ts';
import { SqliteEventStore } from './event-store.ts';
import { feedIds } from './feed-ids.ts';
import { sessionNotFound } from './session-reference.ts';

interface StoredSession {
  readonly key: number;
  readonly started_us: number;
  readonly ended_us: number | null;
  readonly events: number;
}

interface PatternCount {
  readonly pattern: string;
  readonly events: number;
}

/** Rolls the transaction back. */
class Refusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Replaces what was extracted from sessions, over an open database, which it closes.
 *
 * Extraction takes its time, so it fills a temporary table, for which no lock is needed. The write lock is held only
 * while the rows are exchanged. In memory there is never more than one batch; the temporary file and the `-wal` file
 * grow with the session.
 */
export class SqliteEventReplacer implements EventReplacer {
  readonly #database: Database.Database;
  readonly #recordings: string;
  readonly #stage: Database.Statement<[string]>;
  readonly #staged: Database.Statement<[number], string>;
  readonly #find: Database.Statement<[string], StoredSession>;
  readonly #reset: Database.Statement<[{ key: number; packs_json: string; command_json: string }]>;
  readonly #takeId: () => number;
  readonly #mark: Database.Statement<[number, number, number, number]>;
  readonly #counts: Database.Statement<[string], PatternCount>;

  constructor(database: Database.Database, recordings: string) {
    this.#database = database;
    this.#recordings = recordings;
    database.exec('CREATE TEMP TABLE staged_batches (number INTEGER PRIMARY KEY, batch TEXT NOT NULL) STRICT');
    this.#stage = database.prepare('INSERT INTO staged_batches (batch) VALUES (?)');
    this.#staged = database
      .prepare<[number], string>('SELECT batch FROM staged_batches WHERE number > ? ORDER BY number LIMIT 1')
      .pluck();
    this.#find = database.prepare('SELECT key, started_us, ended_us, events FROM sessions WHERE session_id = ?');
    this.#reset = database.prepare(
      `UPDATE sessions SET packs_json = :packs_json, command_json = :command_json, state = 'starting', ended_us = NULL, exit_code = NULL,
         exit_signal = NULL, end_id = NULL, lines = 0, events = 0, gap_bytes = 0, checkpoint_stdout = 0, checkpoint_stderr = 0
       WHERE key = :key`,
    );
    this.#takeId = feedIds(database);
    this.#mark = database.prepare(
      `INSERT OR REPLACE INTO reindexes (id, session_key, time_us, replaced_events) VALUES (?, ?, ?, ?)`,
    );
    this.#counts = database.prepare(
      `SELECT p.pattern, sum(t.events) AS events FROM sessions s
       CROSS JOIN session_tallies t ON t.session_key = s.key
       JOIN patterns p ON p.key = t.pattern_key
       WHERE s.session_id = ? GROUP BY p.pattern`,
    );
  }

  begin(sessionId: string): Result<'begun' | 'running', Failure> {
    return this.#attempt(() => {
      const stored = this.#find.get(sessionId);
      if (stored === undefined) return fail(sessionNotFound(sessionId));
      this.#database.exec('DELETE FROM staged_batches');
      return ok(stored.ended_us === null ? 'running' : 'begun');
    });
  }

  commit(_sessionId: string, batch: Batch): Result<'committed' | 'stale', Failure> {
    return this.#attempt(() => {
      this.#stage.run(JSON.stringify(batch));
      return ok('committed');
    });
  }

  replace(session: Session): Result<'replaced' | 'running', Failure> {
    return this.#attempt(() => {
      try {
        return this.#database.transaction(() => this.#exchange(session)).immediate();
      } catch (error) {
        if (error instanceof Refusal) return fail(error.failure);
        throw error;
      }
    });
  }

  countsByPattern(sessionId: string): Result<ReadonlyMap<string, number>, Failure> {
    return this.#attempt(() =>
      ok(new Map(this.#counts.all(sessionId).map(({ pattern, events }) => [pattern, events]))),
    );
  }

  close(): void {
    this.#database.close();
  }

  #exchange(session: Session): Result<'replaced' | 'running', Failure> {
    const stored = this.#find.get(session.id);
    if (stored === undefined) return fail(sessionNotFound(session.id));
    if (stored.ended_us === null) return ok('running');
    this.#clear(stored, session);
    this.#mark.run(this.#takeId(), stored.key, Date.now() * 1000, stored.events);
    // A store of its own: keys that it gives out are rolled back with the transaction, should that fail.
    const store = new SqliteEventStore(this.#database, this.#recordings);
    let number = 0;
    for (let text = this.#staged.get(number); text !== undefined; text = this.#staged.get(number)) {
      number += 1;
      // A transaction within ours: a savepoint.
      const committed = store.commit(session.id, JSON.parse(text) as Batch);
      if (!committed.ok) throw new Refusal(committed.failure);
      if (committed.value === 'stale') throw new Error(`the batches of ${session.id} do not follow one another`);
    }
    return ok('replaced');
  }

  /** Takes the session back to its start. That it started stays as it was told. */
  #clear({ key, started_us }: StoredSession, session: Session): void {
    // Code blocks go with their events.
    for (const table of ['events', 'session_tallies', 'session_sums', 'touched_files', 'file_calls', 'gaps']) {
      this.#database.prepare(`DELETE FROM ${table} WHERE session_key = ?`).run(key);
    }
    this.#database
      .prepare("DELETE FROM state_changes WHERE session_key = ? AND NOT (state = 'starting' AND time_us = ?)")
      .run(key, started_us);
    // What is known of the recording may not be so any more: secrets may have been masked in it.
    this.#database.prepare('DELETE FROM recordings WHERE session_key = ? AND pruned_us IS NULL').run(key);
    this.#reset.run({ key, packs_json: JSON.stringify(session.packs), command_json: JSON.stringify(session.command) });
  }

  #attempt<Value>(action: () => Result<Value, Failure>): Result<Value, Failure> {
    return attempt(this.#database.name, action);
  }
}
