import { statSync } from 'node:fs';

/** Changes whenever anybody writes to the database or its -wal; undefined where it cannot be told. */
export function lastWritten(path: string): string | undefined {
  try {
    return [path, `${path}-wal`]
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((stats) => (stats === undefined ? 'none' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`))
      .join(', ');
  } catch {
    return undefined;
  }
}
