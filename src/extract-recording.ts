import { isChunk, type Moment, type Stream } from './domain/chunk.ts';
import { limits, pathsFrom } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { Pack } from './domain/pattern.ts';
import type { EventStore, StoredProgress } from './domain/ports.ts';
import { type Result, fail, ok } from './domain/result.ts';
import type { Session, SessionEnd } from './domain/session.ts';
import type { DisabledPattern } from './extract/session-budget.ts';
import type { RecordingFolder } from './recording/folder.ts';
import { loadConfig } from './load-config.ts';
import { createKeyframeWriter, removeKeyframes } from './recording/keyframes.ts';
import { openRecordingReader, type RecordingReader } from './recording/reader.ts';
import { unreadableFor } from './recording/unreadable.ts';
import { rewriteSessionFile } from './recording/write-session-file.ts';
import { redactedSession } from './redacted-session.ts';
import { createSessionExtraction } from './session-extraction.ts';
import { createSessionRedaction, redactedMoments } from './session-redaction.ts';

export interface RecordingExtraction {
  /** `stale` when another process extracts it, and was faster. */
  readonly outcome: 'committed' | 'stale';
  /** Patterns that were left out because they took too long. */
  readonly disabledPatterns: readonly DisabledPattern[];
  /** Why secrets may be left in the recording, if so. */
  readonly refusal: string | undefined;
}

/** Extracts all of a recording that nobody writes any more, in batches; what is `stored` is passed over. */
export function extractRecording(options: {
  readonly session: Session;
  readonly folder: RecordingFolder;
  /** Those that apply to the agent. */
  readonly packs: readonly Pack[];
  readonly store: Pick<EventStore, 'commit'>;
  readonly stored: Pick<StoredProgress, 'checkpoint' | 'timeUs'>;
  /** False to leave the recording as it is. */
  readonly mayScrub?: boolean;
}): Result<RecordingExtraction, Failure> {
  const { session, folder, mayScrub = true } = options;
  // What is wrong with the file is told to who has the session running, and by the doctor.
  const { settings } = loadConfig(pathsFrom(process.env, session.workingDirectory).config);
  let refusal: string | undefined;
  const redaction = createSessionRedaction({
    session,
    settings: settings.redaction,
    environment: process.env,
    ...(mayScrub && { folder }),
    onRefusal: (why) => (refusal = why),
  });
  if (mayScrub && session.redacted === undefined && settings.redaction.enabled) {
    try {
      // They show what the recording shows no more.
      removeKeyframes(folder);
      rewriteSessionFile(folder, redactedSession(session));
    } catch (error) {
      // It can be read, if not changed; that is told.
      refusal = error instanceof Error ? error.message : String(error);
    }
  }
  const extraction = createSessionExtraction({
    ...options,
    redaction,
    thresholds: settings,
    ...(mayScrub && { onKeyframe: createKeyframeWriter(folder) }),
  });
  const extracted = (outcome: 'committed' | 'stale') =>
    ok({ outcome, disabledPatterns: extraction.disabledPatterns(), refusal });
  const gapBytes: Record<Stream, number> = { stdout: 0, stderr: 0 };
  let reader: RecordingReader | undefined;
  try {
    reader = openRecordingReader(folder);
    for (const moment of redactedMoments(momentsOf(reader), redaction)) {
      if (!isChunk(moment) && moment.kind === 'gap') gapBytes[moment.stream] += moment.length;
      extraction.take(moment);
      if (extraction.pendingEvents < limits.maxBatchEvents) continue;
      const outcome = extraction.commit();
      if (!outcome.ok) return outcome;
      if (outcome.value === 'stale') return extracted('stale');
    }
    extraction.end(session.end ?? unseenEnd(session, reader.position.timeUs, gapBytes));
    const outcome = extraction.finish();
    return outcome.ok ? extracted(outcome.value) : outcome;
  } catch (error) {
    return fail(unreadableFor(folder.path, error));
  } finally {
    reader?.close();
    redaction.close();
  }
}

/** All of a recording that nobody writes any more. */
function* momentsOf(reader: RecordingReader): Generator<Moment> {
  for (let moment = reader.next(); moment !== undefined; moment = reader.next()) yield moment;
  yield* reader.untimed();
}

/** The wrapper was killed: all that is known is when it last recorded something, and what it marked as missing. */
function unseenEnd(session: Session, timeUs: number, gapBytes: SessionEnd['gapBytes']): SessionEnd {
  const endedAt = new Date(Date.parse(session.startedAt) + timeUs / 1000).toISOString();
  return { endedAt, ending: { kind: 'unseen' }, gapBytes };
}
