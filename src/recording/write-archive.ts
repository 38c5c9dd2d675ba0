import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beginFile } from './begin-file.ts';
import type { RecordingFolder } from './folder.ts';
import { openRecordedFile } from './recorded-file.ts';
import { tarBlockBytes, tarHeader } from './tar-header.ts';

/** How much of a file is read, and packed, in one go. */
const pieceBytes = 1024 * 1024;

/**
 * Writes a recording as one compressed file: a tar archive, in gzip members, of `ID/session.json`, `ID/dropped`,
 * `ID/timing`, `ID/stdout.log` and `ID/stderr.log`, those that there are, as they were recorded. It is on the disk when this returns, whole or not at all.
 * Throws the file system's error.
 */
export function writeArchive(folder: RecordingFolder, file: string): void {
  const archive = beginFile(file);
  try {
    const write = (bytes: Uint8Array) => archive.write(gzipSync(bytes));
    for (const path of [folder.session, folder.dropped, folder.timing, folder.streams.stdout, folder.streams.stderr]) {
      writeEntry(path, `${basename(folder.path)}/${basename(path)}`, write);
    }
    write(Buffer.alloc(2 * tarBlockBytes));
    archive.finish();
  } finally {
    archive.close();
  }
}

function writeEntry(path: string, name: string, write: (bytes: Uint8Array) => void): void {
  const recorded = openRecordedFile(path);
  if (recorded === undefined) return;
  try {
    const bytes = recorded.size();
    write(tarHeader({ name, bytes }));
    for (let offset = 0; offset < bytes; ) {
      const piece = recorded.read(offset, Math.min(pieceBytes, bytes - offset));
      if (piece.length === 0) throw Object.assign(new Error(`${path} was made shorter`), { code: 'SHORTER' });
      write(piece);
      offset += piece.length;
    }
    write(Buffer.alloc((tarBlockBytes - (bytes % tarBlockBytes)) % tarBlockBytes));
  } finally {
    recorded.close();
  }
}
