import { rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { attempt, foreign, newer } from '../database-failure.ts';
import { createPrivately, fileIdentity, makePrivate } from '../database-file.ts';
import { KeptDatabase } from '../kept-database.ts';
import { versionOf } from '../migrate.ts';
import { enterWalMode } from '../open-database.ts';
import { vocabularies } from './begun-words.ts';
import { searchApplicationId, searchSchema, searchSchemaVersion } from './schema.ts';

/** Whoever fills the index waits this long for another who does. */
const busyTimeoutMs = 5_000;
const walBytes = 16 * 1024 * 1024;

/** Opens the search index for writing; makes a new one where there is none, or one of an older ridealong. */
export function openIndex(path: string): Result<Database.Database, Failure> {
  return attempt(path, () => {
    createPrivately(path);
    const database = new KeptDatabase(path, { timeout: busyTimeoutMs });
    try {
      const kind = kindOf(database);
      if (kind === 'old') {
        database.close();
        for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
        return openIndex(path);
      }
      if (kind === 'new' || kind === 'ours') {
        enterWalMode(database);
        // A crash may cost the last transactions, which are made again.
        database.pragma('synchronous = NORMAL');
        database.pragma(`journal_size_limit = ${walBytes}`);
        database.transaction(() => createTables(database)).immediate();
        makePrivate(path);
        return ok(database);
      }
      const version = versionOf(database);
      database.close();
      return fail(failureOf(kind, path, version));
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Opens it beside whoever fills it; undefined where there is none that could be read. */
export function openIndexForReading(path: string): Result<Database.Database | undefined, Failure> {
  return attempt(path, () => {
    if (fileIdentity(path) === undefined) return ok(undefined);
    const database = new KeptDatabase(path, { readonly: true, timeout: busyTimeoutMs });
    const kind = kindOf(database);
    if (kind === 'ours') {
      database.pragma('temp_store = MEMORY');
      database.exec(vocabularies);
      return ok(database);
    }
    const version = versionOf(database);
    database.close();
    return kind === 'foreign' || kind === 'newer' ? fail(failureOf(kind, path, version)) : ok(undefined);
  });
}

function kindOf(database: Database.Database): 'new' | 'ours' | 'old' | 'newer' | 'foreign' {
  const version = versionOf(database);
  if (database.pragma('application_id', { simple: true }) !== searchApplicationId) {
    return version === 0 && database.pragma('schema_version', { simple: true }) === 0 ? 'new' : 'foreign';
  }
  if (version === searchSchemaVersion) return 'ours';
  return version < searchSchemaVersion ? 'old' : 'newer';
}

function createTables(database: Database.Database): void {
  if (versionOf(database) === searchSchemaVersion) return;
  database.exec(searchSchema);
  database.pragma(`application_id = ${searchApplicationId}`);
  database.pragma(`user_version = ${searchSchemaVersion}`);
}

function failureOf(kind: 'newer' | 'foreign', path: string, version: number): Failure {
  return kind === 'newer' ? newer(path, version, searchSchemaVersion) : foreign(path);
}
