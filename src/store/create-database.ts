import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync } from 'node:fs';
import { createPrivately } from './database-file.ts';
import { KeptDatabase } from './kept-database.ts';
import { migrate } from './migrate.ts';

/**
 * Creates the database where there is no file, in such a way that it can give space back in small steps.
 *
 * That must be said before the first table, in a transaction of its own, and nobody may see a file that does not say
 * yet whose it is: it is made elsewhere and put in place whole. Of several processes one is the first. Where the file
 * system knows no links, an empty file is left to be filled by migrations, and only `VACUUM` gives space back.
 * Throws the file system's error, or SQLite's.
 */
export function createDatabase(path: string): void {
  if (existsSync(path)) return;
  const workshop = `${path}.${randomBytes(6).toString('hex')}.new`;
  createPrivately(workshop);
  try {
    const database = new KeptDatabase(workshop);
    try {
      database.pragma('auto_vacuum = INCREMENTAL');
      migrate(database);
    } finally {
      database.close();
    }
    linkSync(workshop, path);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'link')) throw error;
    createPrivately(path);
  } finally {
    rmSync(workshop, { force: true });
  }
}
