import {
  closeSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { Session } from '../domain/session.ts';
import type { RecordingFolder } from './folder.ts';

/** Writes `session.json`, whole or not at all; on a full disk, where there is no room for a second copy, in place. */
export function writeSessionFile(folder: RecordingFolder, content: Session): void {
  const bytes = Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`);
  const temporary = `${folder.session}.new`;
  try {
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, folder.session);
  } catch {
    rmSync(temporary, { force: true });
    overwrite(folder.session, bytes);
  }
}

/** Writes it anew, as old as it was: how long a session is kept counts from when it arrived here. */
export function rewriteSessionFile(folder: RecordingFolder, content: Session): void {
  const { atime, mtime } = statSync(folder.session);
  writeSessionFile(folder, content);
  utimesSync(folder.session, atime, mtime);
}

/** Needs no room as long as the file's last block holds what is added. */
function overwrite(path: string, bytes: Buffer): void {
  const fd = openSync(path, 'r+');
  try {
    writeSync(fd, bytes, 0, bytes.length, 0);
    ftruncateSync(fd, bytes.length);
  } finally {
    closeSync(fd);
  }
}
