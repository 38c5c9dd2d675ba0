import { existsSync, renameSync } from 'node:fs';
import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';

/**
 * Moves a damaged database out of the way, with its -wal and -shm: nobody must find them beside another database.
 * Whoever has it open goes on with it under its new name; SQLite leaves the names alone that it had.
 *
 * @returns where it is now
 */
export function setAside(path: string, now: Date): Result<string, Failure> {
  const aside = `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  return attempt(path, () => {
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
    }
    return ok(aside);
  });
}
