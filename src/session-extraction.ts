import { type Checkpoint, type Gap, startOfRecording, type StateChange } from './domain/batch.ts';
import { isChunk, type Moment, type Stream } from './domain/chunk.ts';
import type { Event } from './domain/event.ts';
import type { Failure } from './domain/failure.ts';
import type { EventStore, StoredProgress } from './domain/ports.ts';
import { type Result, ok } from './domain/result.ts';
import type { RedactionCounts, Session, SessionEnd } from './domain/session.ts';
import { type Finder, type FindingsOptions, type SessionFindings, createSessionFindings } from './session-findings.ts';
import type { SessionRedaction } from './session-redaction.ts';

/** The one path from a recording to committed events, for live sessions and left ones alike. */
export interface SessionExtraction extends SessionFindings {
  /** How many events, state changes and gaps are found and not committed. */
  readonly pendingEvents: number;
  /** Whether there is anything that {@link SessionExtraction.commit} would write. */
  readonly isAhead: boolean;
  /** Commits what was found, with the checkpoint behind it. What fails is kept for another try. */
  commit(): Result<'committed' | 'stale', Failure>;
  /** Commits the last of it together with the session's end: what the end completed is there once, or not yet. */
  finish(): Result<'committed' | 'stale', Failure>;
}

/** What the store has of a session that is extracted from its start. */
export const nothingStored: Pick<StoredProgress, 'checkpoint' | 'timeUs'> = { checkpoint: startOfRecording, timeUs: 0 };

export function createSessionExtraction(
  options: FindingsOptions &
    Pick<Finder, 'onKeyframe'> & {
      readonly session: Pick<Session, 'id'>;
      readonly store: Pick<EventStore, 'commit'>;
      /** What is before it was committed already, and is read only to know how things stand behind it. */
      readonly stored: Pick<StoredProgress, 'checkpoint' | 'timeUs'>;
      /** Called after each commit; tells what the recording has lost by it. */
      readonly onCommitted?: (checkpoint: Checkpoint) => readonly Gap[];
      /** Masks what is found, and has counted what it masked. */
      readonly redaction: Pick<SessionRedaction, 'event' | 'state' | 'keyframe' | 'counts'>;
    },
): SessionExtraction {
  const { session, store, stored, onKeyframe, onCommitted, redaction } = options;
  let committed = stored.checkpoint;
  const reached: Record<Stream, number> = { ...startOfRecording };
  let events: Event[] = [];
  let states: StateChange[] = [];
  let gaps: Gap[] = [];
  const taken: Record<Stream, number> = { ...startOfRecording };
  let lines = 0;
  let committedRedactions: RedactionCounts = {};
  let hasEnded = false;
  let sessionEnd: SessionEnd | undefined;

  /**
   * Some lines are settled on by time alone, long after the last byte was committed: not before all that was is taken,
   * and never where less of it is left, in a damaged recording. What the end brings is never committed without it.
   */
  const isNew = ({ stream, endOffset, timeUs }: Pick<Event, 'stream' | 'endOffset' | 'timeUs'>) =>
    hasEnded ||
    endOffset > stored.checkpoint[stream] ||
    (timeUs > stored.timeUs && taken[stream] >= stored.checkpoint[stream]);

  const findings = createSessionFindings(options, {
    ...(onKeyframe && { onKeyframe: (keyframe) => onKeyframe(redaction.keyframe(keyframe)) }),
    onEvent(event) {
      if (isNew(event)) events.push(redaction.event(event));
    },
    // Those that the store has already are passed over there.
    onState: (change) => states.push(redaction.state(change)),
    onLines(block) {
      reached[block.stream] = block.endOffset;
      if (isNew(block)) lines += block.lines;
    },
    onEnd: () => (hasEnded = true),
  });

  /** The store has those that come before its checkpoint. */
  function noteGap(moment: Moment) {
    if (isChunk(moment)) taken[moment.stream] = moment.offset + moment.bytes.length;
    else if (moment.kind === 'gap' && taken[moment.stream] >= stored.checkpoint[moment.stream]) {
      const { stream, length, timeUs } = moment;
      gaps.push({ stream, bytes: length, offset: taken[stream], timeUs });
    }
  }

  const pending = () => events.length + states.length + gaps.length;

  const target = (): Checkpoint => ({
    stdout: Math.max(reached.stdout, committed.stdout),
    stderr: Math.max(reached.stderr, committed.stderr),
  });

  function commit(): Result<'committed' | 'stale', Failure> {
    const to = target();
    const end = sessionEnd && { end: sessionEnd };
    const counts = { ...redaction.counts };
    const redactions = increase(committedRedactions, counts);
    const batch = { events, states, gaps, from: committed, to, lines, ...redactions, ...end };
    const outcome = store.commit(session.id, batch);
    if (!outcome.ok || outcome.value === 'stale') return outcome;
    committed = to;
    committedRedactions = counts;
    events = [];
    states = [];
    gaps = [...(onCommitted?.(committed) ?? [])];
    lines = 0;
    return ok('committed');
  }

  return {
    take(moment) {
      noteGap(moment);
      findings.take(moment);
    },
    wait: (timeUs) => findings.wait(timeUs),
    get nextUs() {
      return findings.nextUs;
    },
    sight: () => findings.sight(),
    end(end) {
      findings.end(end);
      sessionEnd = end;
    },
    disabledPatterns: () => findings.disabledPatterns(),
    get pendingEvents() {
      return pending();
    },
    get isAhead() {
      const to = target();
      return pending() > 0 || to.stdout > committed.stdout || to.stderr > committed.stderr;
    },
    commit,
    finish: commit,
  };
}

/** What was masked beyond what was counted before, if anything. */
function increase(before: RedactionCounts, now: RedactionCounts): { redactions?: RedactionCounts } {
  const more = Object.entries(now).map(([rule, count]) => [rule, count - (before[rule] ?? 0)] as const);
  const redactions = Object.fromEntries(more.filter(([, count]) => count > 0));
  return Object.keys(redactions).length > 0 ? { redactions } : {};
}
