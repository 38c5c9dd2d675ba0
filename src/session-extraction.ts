import { type Checkpoint, startOfRecording } from './domain/batch.ts';
import { isChunk, type Moment, type Stream, streams } from './domain/chunk.ts';
import { limits } from './domain/config.ts';
import type { Event } from './domain/event.ts';
import type { Failure } from './domain/failure.ts';
import type { LineBlock } from './domain/line.ts';
import type { Pack } from './domain/pattern.ts';
import type { EventStore, StoredProgress } from './domain/ports.ts';
import { type Result, ok } from './domain/result.ts';
import type { Session, SessionEnd } from './domain/session.ts';
import { type Extractor, createExtractor } from './extract/extractor.ts';
import type { DisabledPattern } from './extract/session-budget.ts';
import { createMatcher } from './extract/matcher.ts';
import { createLineSplitter } from './lines/line-splitter.ts';
import { createScreenLines } from './lines/screen-lines.ts';

/** The one path from a recording to committed events, for live sessions and left ones alike. */
export interface SessionExtraction {
  /** Finds what comes next in the recording, from its start. */
  take(moment: Moment): void;
  /** Finds what is told by nothing having happened until then. */
  wait(timeUs: number): void;
  /** When {@link SessionExtraction.wait} has something to find next. */
  readonly nextUs: number | undefined;
  /** Finds what the session's end completes; to be followed by {@link SessionExtraction.finish}. */
  end(end: SessionEnd): void;
  readonly pendingEvents: number;
  /** Patterns that were left out because they took too long. */
  disabledPatterns(): readonly DisabledPattern[];
  /** Whether there is anything that {@link SessionExtraction.commit} would write. */
  readonly isAhead: boolean;
  /** Commits what was found, with the checkpoint behind it. What fails is kept for another try. */
  commit(): Result<'committed' | 'stale', Failure>;
  /** Commits the last of it together with the session's end: what the end completed is there once, or not yet. */
  finish(): Result<'committed' | 'stale', Failure>;
}

/** What the store has of a session that is extracted from its start. */
export const nothingStored: Pick<StoredProgress, 'checkpoint' | 'timeUs'> = { checkpoint: startOfRecording, timeUs: 0 };

export function createSessionExtraction(options: {
  readonly session: Pick<Session, 'id' | 'mode' | 'terminalSize' | 'startedAt'>;
  readonly store: Pick<EventStore, 'commit'>;
  /** Those that apply to the agent. */
  readonly packs: readonly Pack[];
  /** What is before it was committed already, and is scanned only to know how things stand behind it. */
  readonly stored: Pick<StoredProgress, 'checkpoint' | 'timeUs'>;
}): SessionExtraction {
  const { session, store, packs, stored } = options;
  /** Made for the first line: its tables take longer than many a session that says nothing. */
  let extractor: Extractor | undefined;
  const lines = createLines(session);
  let committed = stored.checkpoint;
  const reached: Record<Stream, number> = { ...startOfRecording };
  let events: Event[] = [];
  let newLines = 0;
  let lastUs = 0;
  let sessionEnd: SessionEnd | undefined;

  /** Some lines are settled on by time alone, long after the last byte was committed. */
  const isNew = (stream: Stream, endOffset: number, timeUs: number) =>
    endOffset > stored.checkpoint[stream] || timeUs > stored.timeUs;

  function scan(blocks: readonly LineBlock[]) {
    for (const block of blocks) {
      extractor ??= createExtractor({ matcher: createMatcher(packs), nowMs: () => performance.now() });
      keep(extractor.scan(block));
      reached[block.stream] = block.endOffset;
      if (isNew(block.stream, block.endOffset, block.timeUs)) newLines += block.lines;
    }
  }

  function keep(found: readonly Event[]) {
    for (const event of found) if (isNew(event.stream, event.endOffset, event.timeUs)) events.push(event);
  }

  const target = (): Checkpoint => ({
    stdout: Math.max(reached.stdout, committed.stdout),
    stderr: Math.max(reached.stderr, committed.stderr),
  });

  function commit(): Result<'committed' | 'stale', Failure> {
    const to = target();
    const end = sessionEnd && { end: sessionEnd };
    const outcome = store.commit(session.id, { events, from: committed, to, lines: newLines, ...end });
    if (!outcome.ok || outcome.value === 'stale') return outcome;
    committed = to;
    events = [];
    newLines = 0;
    return ok('committed');
  }

  return {
    take(moment) {
      lastUs = moment.timeUs;
      scan(lines.take(moment));
    },
    wait: (timeUs) => scan(lines.wait(timeUs)),
    get nextUs() {
      return lines.nextUs;
    },
    end(end) {
      sessionEnd = end;
      scan(lines.end(Math.max(lastUs, endUs(session, end))));
      // Never committed without the session's end, so new whatever the checkpoint says.
      events.push(...(extractor?.end() ?? []));
    },
    disabledPatterns: () => extractor?.disabled() ?? [],
    get pendingEvents() {
      return events.length;
    },
    get isAhead() {
      const to = target();
      return events.length > 0 || to.stdout > committed.stdout || to.stderr > committed.stderr;
    },
    commit,
    finish: commit,
  };
}

/** On the recording's clock. Both times are known in milliseconds: no clock that was asked before was later. */
function endUs({ startedAt }: Pick<Session, 'startedAt'>, { endedAt }: SessionEnd): number {
  return (Date.parse(endedAt) - Date.parse(startedAt) + 1) * 1000;
}

interface Lines {
  take(moment: Moment): readonly LineBlock[];
  wait(timeUs: number): readonly LineBlock[];
  readonly nextUs: number | undefined;
  end(timeUs: number): readonly LineBlock[];
}

/** What a session's output is read with: line by line, or from the screen of a terminal of its size. */
function createLines({ mode, terminalSize }: Pick<Session, 'mode' | 'terminalSize'>): Lines {
  if (mode === 'terminal') {
    const { columns, rows } = terminalSize ?? { columns: 80, rows: 24 };
    const screen = createScreenLines({ columns, rows, onSignal: () => undefined, onScreen: () => undefined });
    return {
      take(moment) {
        if (isChunk(moment)) return screen.push(moment);
        return moment.kind === 'resize' ? screen.resize(moment.columns, moment.rows, moment.timeUs) : [];
      },
      wait: (timeUs) => screen.wait(timeUs),
      get nextUs() {
        return screen.nextUs;
      },
      end: (timeUs) => screen.end(timeUs),
    };
  }
  const splitters = new Map(
    streams.map((stream) => [stream, createLineSplitter({ stream, maxLineBytes: limits.maxLineBytes })]),
  );
  const present = (block: LineBlock | undefined) => block ?? [];
  return {
    take: (moment) => (isChunk(moment) ? [splitters.get(moment.stream)?.push(moment)].flatMap(present) : []),
    wait: () => [],
    nextUs: undefined,
    end: (timeUs) => [...splitters.values()].map((splitter) => splitter.end(timeUs)).flatMap(present),
  };
}
