import { statSync } from 'node:fs';
import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { openDatabase } from './open-database.ts';

export interface Vacuumed {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Builds the database's file anew without what is free in it, and so that from now on it gives space back in small
 * steps, as one that was created by an older ridealong does not. Others wait meanwhile; it needs as much room again.
 */
export function vacuum(path: string): Result<Vacuumed, Failure> {
  const opened = openDatabase(path);
  if (!opened.ok) return opened;
  const database = opened.value;
  try {
    return attempt(path, () => {
      const bytes = () => statSync(path).size;
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      const bytesBefore = bytes();
      database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
      return ok({ bytesBefore, bytesAfter: bytes() });
    });
  } finally {
    database.close();
  }
}
