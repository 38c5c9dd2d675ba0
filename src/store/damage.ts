import { statSync } from 'node:fs';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { attempt, foreign, isBusy, isDamaged } from './database-failure.ts';
import { fileKind } from './database-file.ts';
import { KeptDatabase } from './kept-database.ts';

/**
 * Whether whoever had the database open last did not close it: its -wal is still there, and nobody has it open, or
 * SQLite's exclusive lock could not be had.
 */
export function wasLeftOpen(path: string): Result<boolean, Failure> {
  return attempt(path, () => {
    const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (wal === undefined || wal.size === 0 || fileKind(path) !== 'ours') return ok(false);
    const database = new KeptDatabase(path, { timeout: 0 });
    try {
      database.pragma('locking_mode = EXCLUSIVE');
      database.exec('BEGIN IMMEDIATE; ROLLBACK');
      return ok(true);
    } catch (error) {
      if (isBusy(error)) return ok(false);
      // It cannot even be read: what is wrong shows when it is looked through.
      return ok(true);
    } finally {
      database.close();
    }
  });
}

/**
 * What SQLite finds when it reads all pages, the first of it; undefined where the file is whole, or not there.
 *
 * @param isThorough somebody found it damaged: indexes are compared with what they index, and what does not look like a
 * database of ours was one
 */
export function findDamage(path: string, isThorough: boolean): Result<string | undefined, Failure> {
  return attempt(path, () => {
    const kind = fileKind(path);
    if (kind === 'empty') return ok(undefined);
    if (kind === 'damaged' || (kind === 'foreign' && isThorough)) return ok('its header is gone');
    if (kind === 'foreign') return fail(foreign(path));
    const database = new KeptDatabase(path);
    try {
      const found = String(database.pragma(isThorough ? 'integrity_check(1)' : 'quick_check(1)', { simple: true }));
      return ok(found === 'ok' ? undefined : found);
    } catch (error) {
      // Some damage ends the check itself.
      if (isDamaged(error)) return ok(error.message);
      throw error;
    } finally {
      database.close();
    }
  });
}
