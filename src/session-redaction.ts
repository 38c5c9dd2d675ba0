import type { StateChange } from './domain/batch.ts';
import { type Chunk, isChunk, type Moment } from './domain/chunk.ts';
import type { RedactionSettings } from './domain/config.ts';
import type { Event } from './domain/event.ts';
import type { Keyframe } from './domain/keyframe.ts';
import type { RedactionCounts, Session } from './domain/session.ts';
import { createDetector, type Detector } from './extract/redaction/detector.ts';
import { secretsOfEnvironment } from './extract/redaction/environment-secrets.ts';
import { redactEvent } from './extract/redaction/redact-event.ts';
import { redactText, redactValue, redactWords } from './extract/redaction/redact-text.ts';
import { createRedactor, type Redactor } from './extract/redaction/redactor.ts';
import type { RecordingFolder } from './recording/folder.ts';
import { createScrubber } from './recording/scrub.ts';

/** Keeps the secrets of a session out of its recording, and out of all that is made of it. */
export interface SessionRedaction {
  /** The session as it may be written down: its command line may hold secrets. It tells whether they are masked. */
  session(session: Session): Session;
  /** Masks the secrets in what was just recorded, in memory and on disk. */
  take(moments: readonly Moment[]): void;
  /** Whether the moment may be read: what follows it soon might show that it ends with the beginning of a secret. */
  isDecided(moment: Moment): boolean;
  /** Nothing more comes for now: all that was taken may be read. */
  release(): void;
  event(event: Event): Event;
  state(change: StateChange): StateChange;
  keyframe(keyframe: Keyframe): Keyframe;
  /** One line, or a few words. */
  text(text: string): string;
  /** How many secrets were found, by rule. */
  readonly counts: RedactionCounts;
  close(): void;
}

/** How long the end of what was printed is not read, as it may be the beginning of a secret. */
export const patienceMs = 100;

/** Of a recording that nobody writes any more, so much is masked at once. */
const batchBytes = 32 * 1024;
const batchMoments = 1_000;

export interface RedactionOptions {
  readonly settings: RedactionSettings;
  /** Its variables that hold secrets tell what is masked, too. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly session: Pick<Session, 'mode' | 'terminalSize' | 'redacted'>;
  /** Where the recording is to be scrubbed; only what is in memory is masked where absent. */
  readonly folder?: RecordingFolder;
  /** Told once that the recording cannot be scrubbed. */
  readonly onRefusal: (why: string) => void;
  /** The clock by which patience ends; undefined where all that comes is there already. */
  readonly nowMs?: () => number;
}

export function createSessionRedaction(options: RedactionOptions): SessionRedaction {
  const { session, settings } = options;
  return session.redacted === false || !settings.enabled ? noRedaction : maskingRedaction(options);
}

/** Leaves everything as it is. */
export const noRedaction: SessionRedaction = {
  session: (session) => ({ ...session, redacted: session.redacted ?? false }),
  take: () => undefined,
  isDecided: () => true,
  release: () => undefined,
  event: (event) => event,
  state: (change) => change,
  keyframe: (keyframe) => keyframe,
  text: (text) => text,
  counts: {},
  close: () => undefined,
};

function maskingRedaction({
  settings,
  environment,
  session,
  folder,
  onRefusal,
  nowMs,
}: RedactionOptions): SessionRedaction {
  const scrubber = folder && createScrubber(folder);
  const counts: Record<string, number> = {};
  let isRefusing = false;
  /** Made for the first bytes: its tables take longer than many a session that says nothing. */
  let detector: Detector | undefined;
  let redactor: Redactor | undefined;
  /** The moment that was asked for in vain, and since when. */
  let waiting: { readonly moment: Moment; readonly sinceMs: number } | undefined;
  let isReleased = false;

  const detectorOf = () => (detector ??= createDetector(settings, secretsOfEnvironment(environment)));
  const redact = (text: string) => redactText(text, detectorOf());

  function scrub(...[stream, offset, bytes]: Parameters<Parameters<typeof createRedactor>[0]['onMasked']>) {
    try {
      scrubber?.overwrite(stream, offset, bytes);
    } catch (error) {
      if (!isRefusing) onRefusal(error instanceof Error ? error.message : String(error));
      isRefusing = true;
    }
  }

  const redactorOf = () =>
    (redactor ??= createRedactor({
      detector: detectorOf(),
      columns: session.mode === 'terminal' ? (session.terminalSize?.columns ?? 80) : undefined,
      onMasked: scrub,
      onFound: (rule) => (counts[rule] = (counts[rule] ?? 0) + 1),
    }));

  return {
    session: (whole) => ({ ...whole, command: redactWords(whole.command, detectorOf()), redacted: true }),
    take(moments) {
      let run: Chunk[] = [];
      for (const moment of moments) {
        if (isChunk(moment) && moment.stream === (run[0] ?? moment).stream) {
          run.push(moment);
          continue;
        }
        if (run.length > 0) redactorOf().take(run);
        run = isChunk(moment) ? [moment] : [];
        if (!isChunk(moment) && moment.kind === 'resize') redactorOf().resize(moment.columns);
      }
      if (run.length > 0) redactorOf().take(run);
      isReleased = false;
    },
    isDecided(moment) {
      if (isReleased || !isChunk(moment)) return true;
      if (redactorOf().decidedTo(moment.stream) >= moment.offset + moment.bytes.length) return true;
      if (nowMs === undefined) return false;
      if (waiting?.moment !== moment) waiting = { moment, sinceMs: nowMs() };
      return nowMs() - waiting.sinceMs >= patienceMs;
    },
    release: () => (isReleased = true),
    event: (event) => redactEvent(event, detectorOf()),
    state: (change) => (change.evidence ? { ...change, evidence: redactValue(change.evidence, redact) } : change),
    keyframe: (keyframe) => ({ ...keyframe, screen: redact(keyframe.screen) }),
    text: redact,
    counts,
    close: () => scrubber?.close(),
  };
}

/** The moments of a recording that nobody writes any more, masked; the recording is scrubbed as they are read. */
export function* redactedMoments(moments: Iterable<Moment>, redaction: SessionRedaction): Generator<Moment> {
  let waiting: Moment[] = [];
  for (const taken of batches(moments)) {
    redaction.take(taken);
    waiting.push(...taken);
    const undecided = waiting.findIndex((each) => !redaction.isDecided(each));
    const ready = undecided === -1 ? waiting.length : undecided;
    yield* waiting.slice(0, ready);
    waiting = waiting.slice(ready);
  }
  yield* waiting;
}

/** Some moments at a time, of so many bytes. */
function* batches(moments: Iterable<Moment>): Generator<Moment[]> {
  let batch: Moment[] = [];
  let bytes = 0;
  for (const moment of moments) {
    batch.push(moment);
    if (isChunk(moment)) bytes += moment.bytes.length;
    if (bytes < batchBytes && batch.length < batchMoments) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  yield batch;
}
