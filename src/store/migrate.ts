import type Database from 'better-sqlite3';
import { tables } from './migrations/0001-tables.ts';
import { reindexes } from './migrations/0002-reindexes.ts';
import { feed } from './migrations/0003-feed.ts';
import { redactions } from './migrations/0004-redactions.ts';
import { gaps } from './migrations/0005-gaps.ts';
import { retention } from './migrations/0006-retention.ts';
import { origin } from './migrations/0007-origin.ts';
import { leases } from './migrations/0008-leases.ts';
import { sessionSums } from './migrations/0009-session-sums.ts';

/** In order; a database's `user_version` is how many of them it has. Never change one that was released: add another. */
export const migrations = [tables, reindexes, feed, redactions, gaps, retention, origin, leases, sessionSums];

/** The version of a database that has them all. */
export const schemaVersion = migrations.length;

/** Marks a SQLite file as ours (`PRAGMA application_id`): "Ridl". */
export const applicationId = 0x5269646c;

export function versionOf(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/**
 * Brings the database up to {@link schemaVersion}; leaves a newer one alone.
 * The lock is taken before the version is read, so that of many processes one migrates.
 */
export function migrate(database: Database.Database): void {
  if (versionOf(database) >= schemaVersion) return;
  const migrateLocked = database.transaction(() => {
    const version = versionOf(database);
    if (version >= schemaVersion) return;
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.pragma(`application_id = ${applicationId}`);
    database.pragma(`user_version = ${schemaVersion}`);
  });
  migrateLocked.immediate();
}
