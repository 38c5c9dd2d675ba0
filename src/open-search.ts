import type { Paths } from './domain/config.ts';
import { ok } from './domain/result.ts';
import type { SearchReader } from './domain/search.ts';
import { recordingFolder } from './recording/folder.ts';
import { inRecordedFile } from './recording/recorded-file.ts';
import { reading } from './recording/unreadable.ts';
import { SqliteSearchReader } from './store/search/search-reader.ts';

/** Opens the search over what is stored and recorded, beside whoever fills its index. */
export function openSearch(paths: Pick<Paths, 'database' | 'searchIndex' | 'recordings'>): SearchReader {
  return new SqliteSearchReader(paths, (sessionId, stream, offset, bytes) =>
    readIfThere(recordingFolder(paths.recordings, sessionId).streams[stream], offset, bytes),
  );
}

function readIfThere(path: string, offset: number, bytes: number): Uint8Array | undefined {
  const read = reading(path, () => ok(inRecordedFile(path, (file) => file.read(offset, bytes))));
  return read.ok ? read.value : undefined;
}
