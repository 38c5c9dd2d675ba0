import type { Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { isSystemError } from './domain/system-error.ts';
import type { Pruner } from './prune.ts';
import { type RecordingFolder, recordingFolder } from './recording/folder.ts';
import { measureRecording } from './recording/measure-recording.ts';
import { packRecording } from './recording/pack-recording.ts';

/** Somebody may still look at what has just ended, with programs of their own. */
const packedAfterMs = 3_600_000;

/** Packs the recordings of sessions that ended an hour ago or before. Where one cannot be, the others still are. */
export async function packRecordings(
  { paths, store, isOver }: Pick<Pruner, 'paths' | 'store' | 'isOver'>,
  nowMs: number,
): Promise<Result<void, Failure>> {
  const ended = store.ended();
  if (!ended.ok) return ended;
  let firstFailure: Result<never, Failure> | undefined;
  for (const { sessionId, keptSinceMs, hasRecording, isPacked } of ended.value) {
    if (!hasRecording || isPacked || nowMs - keptSinceMs < packedAfterMs) continue;
    const folder = recordingFolder(paths.recordings, sessionId);
    const packed = await pack(folder, isOver);
    if (packed.ok && packed.value === 'later') break;
    const noted = packed.ok ? store.measured(sessionId, { ...measureRecording(folder), isPacked: true }) : packed;
    if (!noted.ok) firstFailure ??= noted;
  }
  return firstFailure ?? ok(undefined);
}

async function pack(folder: RecordingFolder, isOver: () => boolean): Promise<Result<'packed' | 'later', Failure>> {
  try {
    return ok((await packRecording(folder, isOver)) ? 'packed' : 'later');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail({ reason: 'recording-unwritable', message: `cannot pack ${folder.path}: ${error.message}` });
  }
}
