import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import type { DatabaseUse, PrunableSession } from '../domain/retention.ts';
import { attempt } from './database-failure.ts';
import { SessionDeletion } from './session-deletion.ts';

/** How many pages are moved and given back to the file system in one transaction. */
const pagesPerStep = 64;

interface EndedRow {
  readonly session_id: string;
  readonly agent: string;
  readonly ended_us: number;
  readonly events: number;
  readonly bytes: number | null;
  readonly arrived_us: number | null;
  readonly packed: number | null;
  readonly pruned_us: number | null;
}

/** A recording as it lies on the disk. */
export interface MeasuredRecording {
  readonly bytes: number;
  /** Milliseconds since the epoch; 0 where there is none. */
  readonly arrivedMs: number;
  readonly isPacked?: boolean;
}

/**
 * Deletes sessions from an open database, which it closes, in transactions so small that who waits for the lock
 * meanwhile hardly notices. The pauses between them are the caller's.
 */
export class SessionPruner {
  readonly #database: Database.Database;
  readonly #ended: Database.Statement<[], EndedRow>;
  readonly #measured: Database.Statement<[{ id: string; bytes: number; arrivedUs: number; packed: number }]>;
  readonly #pruned: Database.Statement<[{ id: string; timeUs: number }]>;
  readonly #countEvents: Database.Statement<[], number>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#ended = database.prepare(
      `SELECT s.session_id, a.name AS agent, s.ended_us, s.events, r.bytes, r.arrived_us, r.packed, r.pruned_us
       FROM sessions s JOIN agents a ON a.key = s.agent_key
       LEFT JOIN recordings r ON r.session_key = s.key
       WHERE s.ended_us IS NOT NULL ORDER BY max(s.ended_us, coalesce(r.arrived_us, 0)), s.key`,
    );
    this.#measured = database.prepare(
      `INSERT INTO recordings (session_key, bytes, arrived_us, packed)
       SELECT key, :bytes, :arrivedUs, :packed FROM sessions WHERE session_id = :id
       ON CONFLICT DO UPDATE SET bytes = excluded.bytes, arrived_us = excluded.arrived_us, packed = excluded.packed,
         pruned_us = NULL`,
    );
    this.#pruned = database.prepare(
      `INSERT INTO recordings (session_key, bytes, arrived_us, pruned_us)
       SELECT key, 0, 0, :timeUs FROM sessions WHERE session_id = :id
       ON CONFLICT DO UPDATE SET bytes = 0, pruned_us = coalesce(pruned_us, excluded.pruned_us)`,
    );
    this.#countEvents = database.prepare<[], number>('SELECT coalesce(sum(events), 0) FROM agent_tallies').pluck();
  }

  /** The oldest first. */
  ended(): Result<PrunableSession[], Failure> {
    return this.#attempt(() => this.#ended.all().filter(isMeasured).map(prunable));
  }

  /** Ids of sessions that have ended and of whose recordings nothing is known yet. */
  unmeasured(): Result<string[], Failure> {
    return this.#attempt(() =>
      this.#ended
        .all()
        .filter((row) => !isMeasured(row))
        .map(({ session_id }) => session_id),
    );
  }

  /** Notes that the recording is there, and how. */
  measured(sessionId: string, { bytes, arrivedMs, isPacked = false }: MeasuredRecording): Result<void, Failure> {
    const arrivedUs = Math.floor(arrivedMs) * 1000;
    return this.#attempt(() => void this.#measured.run({ id: sessionId, bytes, arrivedUs, packed: Number(isPacked) }));
  }

  /** Notes that the session goes on without its recording. */
  recordingPruned(sessionId: string, atMs: number): Result<void, Failure> {
    return this.#attempt(() => void this.#pruned.run({ id: sessionId, timeUs: atMs * 1000 }));
  }

  use(): Result<DatabaseUse, Failure> {
    return this.#attempt(() => ({
      bytes: (this.#number('page_count') - this.#number('freelist_count')) * this.#number('page_size'),
      events: this.#countEvents.get() ?? 0,
    }));
  }

  /** Deletes a session that has ended, step by step. */
  deletionOf(sessionId: string): SessionDeletion {
    return new SessionDeletion(this.#database, sessionId);
  }

  /** How many pages are free and could be given back; 0 in a database that was created without that. */
  reclaimablePages(): Result<number, Failure> {
    return this.#attempt(() => (this.#number('auto_vacuum') === 2 ? this.#number('freelist_count') : 0));
  }

  /** Gives a few free pages back to the file system. */
  reclaimSome(): Result<void, Failure> {
    return this.#attempt(() => void this.#database.exec(`PRAGMA incremental_vacuum(${pagesPerStep})`));
  }

  /**
   * Brings what is in the -wal file into the database's, as far as readers allow, without keeping anybody waiting.
   * Otherwise this would befall whoever commits the thousandth page, others' commits among them.
   */
  checkpoint(): Result<void, Failure> {
    return this.#attempt(() => void this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)'));
  }

  close(): void {
    this.#database.close();
  }

  #number(setting: string): number {
    return Number(this.#database.pragma(setting, { simple: true }));
  }

  #attempt<Value>(action: () => Value): Result<Value, Failure> {
    return attempt(this.#database.name, () => ok(action()));
  }
}

type MeasuredRow = EndedRow & { readonly bytes: number; readonly arrived_us: number };

function isMeasured(row: EndedRow): row is MeasuredRow {
  return row.bytes !== null;
}

function prunable(row: MeasuredRow): PrunableSession {
  return {
    sessionId: row.session_id,
    agent: row.agent,
    keptSinceMs: Math.max(row.ended_us, row.arrived_us) / 1000,
    events: row.events,
    recordingBytes: row.bytes,
    hasRecording: row.pruned_us === null,
    isPacked: row.packed === 1,
  };
}
