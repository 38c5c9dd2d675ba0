import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { attempt, damaged, foreign, isBusy, newer } from './database-failure.ts';
import { createDatabase } from './create-database.ts';
import { fileKind, makePrivate } from './database-file.ts';
import { KeptDatabase } from './kept-database.ts';
import { migrate, schemaVersion, versionOf } from './migrate.ts';

/** How long a statement waits for another process's lock. Only workers and reading commands wait. */
const busyTimeoutMs = 30_000;
/** The -wal file is cut back to this size when it starts anew. */
const walBytes = 64 * 1024 * 1024;

/**
 * Opens the database for writing: creates it where there is none, brings it up to date.
 *
 * @param options.lockPatienceMs how long to wait for another process's lock, now and later
 */
export function openDatabase(
  path: string,
  {
    lockPatienceMs = busyTimeoutMs,
    ...options
  }: { readonly slowAfterMs?: number; readonly lockPatienceMs?: number } = {},
): Result<Database.Database, Failure> {
  return attempt(path, () => {
    const kind = fileKind(path);
    if (kind === 'foreign' || kind === 'damaged') return fail(kind === 'foreign' ? foreign(path) : damaged(path));
    createDatabase(path);
    return opened(path, new KeptDatabase(path, { timeout: lockPatienceMs, ...options }), (database) => {
      // Migrations come first, in the rollback journal: thus the file's own header, not
      // only its -wal, says from the first commit on whose it is. Nothing before may
      // write; setting auto_vacuum, for one, does (see `createDatabase`).
      migrate(database);
      makePrivate(path);
      enterWalMode(database, lockPatienceMs);
      database.pragma('synchronous = FULL');
      database.pragma('foreign_keys = ON');
      database.pragma(`journal_size_limit = ${walBytes}`);
    });
  });
}

/**
 * Opens the database for reading, beside whoever writes it.
 * Where there is none, an empty one in memory stands for it and nothing is created.
 * One of an older ridealong is brought up to date first.
 */
export function openDatabaseForReading(path: string): Result<Database.Database, Failure> {
  return attempt(path, () => {
    const kind = fileKind(path);
    if (kind === 'foreign' || kind === 'damaged') return fail(kind === 'foreign' ? foreign(path) : damaged(path));
    if (kind === 'empty') return opened(path, new KeptDatabase(':memory:'), migrate);
    const open = () => new KeptDatabase(path, { readonly: true, timeout: busyTimeoutMs });
    const database = open();
    if (versionOf(database) >= schemaVersion) return opened(path, database, () => undefined);
    database.close();
    const migrated = openDatabase(path);
    if (!migrated.ok) return migrated;
    migrated.value.close();
    return opened(path, open(), () => undefined);
  });
}

/** Prepares a connection; closes it again where that fails or the database is too new. */
function opened(
  path: string,
  database: Database.Database,
  prepare: (database: Database.Database) => void,
): Result<Database.Database, Failure> {
  try {
    database.pragma('trusted_schema = OFF');
    const version = versionOf(database);
    if (version > schemaVersion) {
      database.close();
      return fail(newer(path, version, schemaVersion));
    }
    prepare(database);
    return ok(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite calls no busy handler for the lock that this change needs, so the waiting is ours. */
export function enterWalMode(database: Database.Database, lockPatienceMs = busyTimeoutMs): void {
  const deadline = Date.now() + lockPatienceMs;
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(never, 0, 0, 5);
    }
  }
}
