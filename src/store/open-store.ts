import type { Failure } from '../domain/failure.ts';
import type { EventStore } from '../domain/ports.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { SqliteEventStore } from './event-store.ts';
import { openDatabase } from './open-database.ts';

/**
 * Opens the store for writing. Where there is no database, one is created: 0600, in a folder of 0700.
 * Waits for other processes' locks, so it belongs in a worker.
 */
export function openStore(paths: {
  /** The database file. */
  readonly database: string;
  /** The folder that holds a folder per session. */
  readonly recordings: string;
  /** How long a call waits for another process's lock before it fails as `database-busy`; half a minute by default. */
  readonly lockPatienceMs?: number;
}): Result<EventStore, Failure> {
  const { database, recordings, lockPatienceMs } = paths;
  const opened = openDatabase(database, lockPatienceMs === undefined ? {} : { lockPatienceMs });
  return opened.ok ? attempt(database, () => ok(new SqliteEventStore(opened.value, recordings))) : opened;
}
