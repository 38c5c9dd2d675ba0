import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { fileKind } from './database-file.ts';
import { openDatabaseForReading } from './open-database.ts';

/**
 * Copies the database of this moment into a new file, 0600, while others write: one read transaction, which keeps
 * nobody waiting. It is on the disk when this returns, whole or not at all.
 *
 * Not SQLite's backup in steps: that begins anew whenever another process commits in between.
 *
 * @returns how many bytes the copy has
 */
export function backUp(path: string, file: string): Result<number, Failure> {
  if (existsSync(file)) return fail(unwritable(`${file} is there already; move it away or name another file`));
  const kind = attempt(path, () => ok(fileKind(path)));
  if (!kind.ok) return kind;
  if (kind.value === 'empty') return fail(unwritable(`there is no database at ${path} yet`));
  const opened = openDatabaseForReading(path);
  if (!opened.ok) return opened;
  const unfinished = `${file}.${process.pid}.new`;
  try {
    // What goes wrong now has to do with the copy.
    return attempt(file, () => {
      closeSync(openSync(unfinished, 'wx', 0o600));
      opened.value.prepare('VACUUM INTO ?').run(unfinished);
      sync(unfinished);
      linkSync(unfinished, file);
      return ok(statSync(file).size);
    });
  } finally {
    opened.value.close();
    rmSync(unfinished, { force: true });
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const unwritable = (message: string): Failure => ({ reason: 'recording-unwritable', message });
