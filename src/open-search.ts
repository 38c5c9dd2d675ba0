import { closeSync, openSync, readSync } from 'node:fs';
import type { Paths } from './domain/config.ts';
import type { SearchReader } from './domain/search.ts';
import { recordingFolder } from './recording/folder.ts';
import { SqliteSearchReader } from './store/search/search-reader.ts';

/** Opens the search over what is stored and recorded, beside whoever fills its index. */
export function openSearch(paths: Pick<Paths, 'database' | 'searchIndex' | 'recordings'>): SearchReader {
  return new SqliteSearchReader(paths, (sessionId, stream, offset, bytes) =>
    readIfThere(recordingFolder(paths.recordings, sessionId).streams[stream], offset, bytes),
  );
}

function readIfThere(path: string, offset: number, bytes: number): Uint8Array | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const buffer = Buffer.allocUnsafe(bytes);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, offset));
  } catch (error) {
    // Errors without a code are bugs, not something about the file.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
