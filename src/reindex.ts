import { type Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { EventReplacer, EventStore } from './domain/ports.ts';
import { type Result, fail, ok } from './domain/result.ts';
import { beginExtraction } from './extract-recording.ts';
import { readDropped } from './recording/dropped-part.ts';
import { recordingFolder } from './recording/folder.ts';
import { isRecorded } from './recording/recorded-file.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import { nothingStored } from './session-extraction.ts';
import type { PacksOf } from './session-packs.ts';

export interface ReindexOptions {
  readonly paths: Paths;
  readonly replacer: EventReplacer;
  readonly packsOf: PacksOf;
  /** Only count what would be there. */
  readonly isDryRun: boolean;
}

/** How many events of each pattern there were, and are now (or would be). */
export interface Reindexed {
  readonly before: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, number>;
  /** What does not keep it from being extracted. */
  readonly troubles: readonly string[];
}

/** Extracts a session anew from its recording, with the packs of today, and replaces what the store has of it. */
export async function reindexSession(sessionId: string, options: ReindexOptions): Promise<Result<Reindexed, Failure>> {
  const { paths, replacer, isDryRun } = options;
  const folder = recordingFolder(paths.recordings, sessionId);
  // A recording that was deleted would leave nothing in the place of its events.
  if (!isRecorded(folder.streams.stdout)) {
    return fail({ reason: 'recording-unreadable', message: `${sessionId} has no recording any more; its events stay` });
  }
  if (Object.keys(readDropped(folder)).length > 0) {
    const message = `the middle of the recording of ${sessionId} was dropped, as it was too large; its events stay`;
    return fail({ reason: 'recording-unreadable', message });
  }
  const read = readSessionFile(folder);
  if (!read.ok) return read;
  const cleared = replacer.begin(sessionId);
  if (!cleared.ok) return cleared;
  if (cleared.value === 'running') return stillRuns(sessionId);
  const before = replacer.countsByPattern(sessionId);
  if (!before.ok) return before;
  const { packs, complaints } = await options.packsOf(read.value);
  const extraction = beginExtraction({ session: read.value, folder, packs, mayScrub: !isDryRun });
  const counted = counting(isDryRun ? undefined : replacer);
  const extracted = extraction.extract(counted, nothingStored);
  if (!extracted.ok) return extracted;
  if (!isDryRun) {
    const replaced = replacer.replace(extraction.session);
    if (!replaced.ok) return replaced;
    if (replaced.value === 'running') return stillRuns(sessionId);
  }
  const troubles = [
    ...complaints.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
    ...extracted.value.disabledPatterns.map(
      ({ pattern }) => `${sessionId}: pattern ${pattern} is too slow; it was left out`,
    ),
    ...(extracted.value.refusal === undefined
      ? []
      : [`${sessionId}: secrets may be left in it: ${extracted.value.refusal}`]),
  ];
  return ok({ before: before.value, after: counted.counts, troubles });
}

function stillRuns(sessionId: string): Result<never, Failure> {
  return fail({ reason: 'session-running', message: `${sessionId} still runs; reindex it when it has ended` });
}

/** Counts the events of each pattern that are committed, to somewhere or to nowhere. */
function counting(
  target: Pick<EventStore, 'commit'> | undefined,
): Pick<EventStore, 'commit'> & { readonly counts: ReadonlyMap<string, number> } {
  const counts = new Map<string, number>();
  return {
    counts,
    commit(sessionId, batch) {
      for (const { pattern } of batch.events) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
      return target === undefined ? ok('committed') : target.commit(sessionId, batch);
    },
  };
}
