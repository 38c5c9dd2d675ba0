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
import { createSessionExtraction } from './session-extraction.ts';
import { withPacks } from './session-packs.ts';
import { createSessionRedaction, redactedMoments } from './session-redaction.ts';

export interface RecordingExtraction {
  /** `stale` when another process extracts it, and was faster. */
  readonly outcome: 'committed' | 'stale';
  /** Patterns that were left out because they took too long. */
  readonly disabledPatterns: readonly DisabledPattern[];
  /** Why secrets may be left in the recording, if so. */
  readonly refusal: string | undefined;
}

/** A recording that nobody writes any more, ready to be extracted by the user's settings. */
export interface BegunExtraction {
  /** As it may be written down. */
  readonly session: Session;
  /** Extracts all of it, in batches; what is `stored` is passed over. */
  extract(
    store: Pick<EventStore, 'commit'>,
    stored: Pick<StoredProgress, 'checkpoint' | 'timeUs'>,
  ): Result<RecordingExtraction, Failure>;
}

export interface ExtractionOptions {
  readonly session: Session;
  readonly folder: RecordingFolder;
  /** Those that apply to the agent. */
  readonly packs: readonly Pack[];
  /** False to leave the recording as it is. */
  readonly mayScrub?: boolean;
}

/** Adds the session to the store, and extracts what the store does not have of it. */
export function extractInto(store: EventStore, options: ExtractionOptions): Result<RecordingExtraction, Failure> {
  const begun = beginExtraction(options);
  const added = store.addSession(begun.session);
  if (!added.ok) return added;
  const { id } = begun.session;
  const stored = store.checkpointOf(id);
  if (!stored.ok) return stored;
  if (stored.value === undefined) return fail({ reason: 'session-not-found', message: `${id} was deleted` });
  return begun.extract(store, stored.value);
}

export function beginExtraction({ session, folder, packs, mayScrub = true }: ExtractionOptions): BegunExtraction {
  // What is wrong with the file is told to who has the session running, and by the doctor.
  const { settings } = loadConfig(pathsFrom(process.env, session.workingDirectory).config);
  let refusal: string | undefined;
  const refuse = (why: string) => (refusal ??= why);
  const redaction = createSessionRedaction({
    session,
    settings: settings.redaction,
    environment: process.env,
    ...(mayScrub && { folder }),
    onRefusal: refuse,
  });
  const masked = redaction.session(withPacks(session, packs));
  /** Recorded by a ridealong that masked nothing. */
  const isScrubbed = mayScrub && session.redacted === undefined && masked.redacted === true;

  /** What cannot be changed can still be read; that is told. */
  function change(what: () => void) {
    try {
      what();
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
    }
  }

  function extract(...[store, stored]: Parameters<BegunExtraction['extract']>): Result<RecordingExtraction, Failure> {
    // They show what the recording shows no more.
    if (isScrubbed) change(() => removeKeyframes(folder));
    const extraction = createSessionExtraction({
      session,
      packs,
      store,
      stored,
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
      if (!outcome.ok) return outcome;
      // Not before all of it is: a file that says so is believed.
      if (isScrubbed && refusal === undefined) change(() => rewriteSessionFile(folder, masked));
      return extracted(outcome.value);
    } catch (error) {
      return fail(unreadableFor(folder.path, error));
    } finally {
      reader?.close();
      redaction.close();
    }
  }

  return { session: masked, extract };
}

/** All of a recording that nobody writes any more. */
function* momentsOf(reader: RecordingReader): Generator<Moment> {
  for (let moment = reader.next(); moment !== undefined; moment = reader.next()) yield moment;
  yield* reader.untimed();
}

/** The wrapper is gone: all that is known is when it last recorded something, and what it marked as missing. */
function unseenEnd(session: Session, timeUs: number, gapBytes: SessionEnd['gapBytes']): SessionEnd {
  const endedAt = new Date(Date.parse(session.startedAt) + timeUs / 1000).toISOString();
  const reason = `its wrapper (process ${session.process.pid} on ${session.host}) was gone before it told the end`;
  return { endedAt, ending: { kind: 'unseen', reason }, gapBytes };
}
