import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt, isBusy } from './database-failure.ts';
import { createPrivately } from './database-file.ts';
import { KeptDatabase } from './kept-database.ts';

/** A lock that one process of many has. The kernel takes it from a process that dies. */
export interface FileLock {
  /** False while another process has it. */
  tryLock(): boolean;
  unlock(): void;
  close(): void;
}

/** SQLite's lock on an empty database of its own: Node has none. The file stays, because others may wait for it. */
export function openFileLock(path: string): Result<FileLock, Failure> {
  return attempt(path, () => {
    createPrivately(path);
    const database = new KeptDatabase(path, { timeout: 0 });
    return ok({
      tryLock() {
        try {
          database.exec('BEGIN EXCLUSIVE');
          return true;
        } catch (error) {
          if (isBusy(error)) return false;
          throw error;
        }
      },
      unlock: () => void database.exec('ROLLBACK'),
      close: () => void database.close(),
    });
  });
}
