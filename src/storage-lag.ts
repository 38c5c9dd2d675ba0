import { readdirSync } from 'node:fs';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import type { SessionRow } from './domain/rows.ts';
import { isSystemError } from './domain/system-error.ts';
import { isSessionId, recordingFolder } from './recording/folder.ts';
import { inspectRecording } from './recording/inspect-recording.ts';
import { openReader } from './store/open-reader.ts';

/** The newest; what is older was caught up with long ago. */
const mostSessions = 1000;

export interface StorageLag {
  /** Recorded and not extracted; null where the database cannot be read. */
  readonly lagBytes: number | null;
  /** Sessions of which that is so, or whose end is not stored. */
  readonly sessionsBehind: number | null;
  /** Bytes that could not be recorded, as far as that is marked. */
  readonly gapBytes: number;
  readonly sessionsWithGaps: number;
}

/** How far the store is behind the recordings, and what those miss. */
export function storageLag({ database, recordings }: Pick<Paths, 'database' | 'recordings'>): StorageLag {
  const stored = storedSessions(database);
  let [lagBytes, sessionsBehind, gapBytes, sessionsWithGaps] = [0, 0, 0, 0];
  for (const id of newestIn(recordings)) {
    const row = stored.ok ? stored.value.get(id) : undefined;
    const isWhole = row !== undefined && row.ended_at !== null;
    const inspected = isWhole ? undefined : inspect(recordings, id);
    const gaps = isWhole ? row.gap_bytes : (inspected?.gapBytes ?? 0);
    gapBytes += gaps;
    sessionsWithGaps += Number(gaps > 0);
    if (inspected === undefined) continue;
    sessionsBehind += 1;
    const { stdout, stderr } = inspected.recorded;
    lagBytes += (stdout ?? 0) + (stderr ?? 0) - (row?.checkpoint_stdout ?? 0) - (row?.checkpoint_stderr ?? 0);
  }
  const lag = stored.ok
    ? { lagBytes: Math.max(0, lagBytes), sessionsBehind }
    : { lagBytes: null, sessionsBehind: null };
  return { ...lag, gapBytes, sessionsWithGaps };
}

function storedSessions(database: string): Result<ReadonlyMap<string, SessionRow>, Failure> {
  const reader = openReader(database);
  if (!reader.ok) return reader;
  try {
    const rows = reader.value.sessions({ limit: mostSessions });
    return rows.ok ? ok(new Map(rows.value.map((row) => [row.session_id, row]))) : rows;
  } finally {
    reader.value.close();
  }
}

function newestIn(recordings: string): string[] {
  try {
    return readdirSync(recordings).filter(isSessionId).sort().slice(-mostSessions);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [];
  }
}

function inspect(recordings: string, id: string) {
  try {
    return inspectRecording(recordingFolder(recordings, id));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined;
  }
}
