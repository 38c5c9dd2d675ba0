import { type Checkpoint, startOfRecording } from './domain/batch.ts';
import { type Chunk, type Stream, streams } from './domain/chunk.ts';
import { limits } from './domain/config.ts';
import type { Event } from './domain/event.ts';
import type { Failure } from './domain/failure.ts';
import type { LineBlock } from './domain/line.ts';
import type { Pack } from './domain/pattern.ts';
import type { EventStore } from './domain/ports.ts';
import { type Result, ok } from './domain/result.ts';
import type { SessionEnd } from './domain/session.ts';
import { type Extractor, createExtractor } from './extract/extractor.ts';
import type { DisabledPattern } from './extract/session-budget.ts';
import { createMatcher } from './extract/matcher.ts';
import { createLineSplitter } from './lines/line-splitter.ts';

/** The one path from a recording's chunks to committed events, for live sessions and left ones alike. */
export interface SessionExtraction {
  /** Finds what the next chunk completes. Chunks come in the order of the recording, from its start. */
  scan(chunk: Chunk): void;
  /** Finds what the end of the recording completes; to be followed by {@link SessionExtraction.finish}. */
  end(timeUs: number): void;
  readonly pendingEvents: number;
  /** Patterns that were left out because they took too long. */
  disabledPatterns(): readonly DisabledPattern[];
  /** Whether there is anything that {@link SessionExtraction.commit} would write. */
  readonly isAhead: boolean;
  /** Commits what was found, with the checkpoint behind it. What fails is kept for another try. */
  commit(): Result<'committed' | 'stale', Failure>;
  /** Commits the last of it together with the session's end: what the end completed is there once, or not yet. */
  finish(end: SessionEnd): Result<'committed' | 'stale', Failure>;
}

export function createSessionExtraction(options: {
  readonly sessionId: string;
  readonly store: EventStore;
  /** Those that apply to the agent. */
  readonly packs: readonly Pack[];
  /** What is before it was committed already, and is scanned only to know how things stand behind it. */
  readonly checkpoint: Checkpoint;
}): SessionExtraction {
  const { sessionId, store, packs } = options;
  /** Made for the first line: its tables take longer than many a session that says nothing. */
  let extractor: Extractor | undefined;
  const splitters = new Map(
    streams.map((stream) => [stream, createLineSplitter({ stream, maxLineBytes: limits.maxLineBytes })]),
  );
  let committed = options.checkpoint;
  const reached: Record<Stream, number> = { ...startOfRecording };
  let events: Event[] = [];
  let lines = 0;

  const isNew = (stream: Stream, endOffset: number) => endOffset > options.checkpoint[stream];

  function scanBlock(block: LineBlock) {
    extractor ??= createExtractor({ matcher: createMatcher(packs), nowMs: () => performance.now() });
    keep(extractor.scan(block));
    reached[block.stream] = block.endOffset;
    if (isNew(block.stream, block.endOffset)) lines += block.lines;
  }

  function keep(found: readonly Event[]) {
    for (const event of found) if (isNew(event.stream, event.endOffset)) events.push(event);
  }

  const target = (): Checkpoint => ({
    stdout: Math.max(reached.stdout, committed.stdout),
    stderr: Math.max(reached.stderr, committed.stderr),
  });

  function commit(end?: SessionEnd): Result<'committed' | 'stale', Failure> {
    const to = target();
    const outcome = store.commit(sessionId, { events, from: committed, to, lines, ...(end && { end }) });
    if (!outcome.ok || outcome.value === 'stale') return outcome;
    committed = to;
    events = [];
    lines = 0;
    return ok('committed');
  }

  return {
    scan(chunk) {
      const block = splitters.get(chunk.stream)?.push(chunk);
      if (block) scanBlock(block);
    },
    end(timeUs) {
      for (const splitter of splitters.values()) {
        const block = splitter.end(timeUs);
        if (block) scanBlock(block);
      }
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
    commit: () => commit(),
    finish: (end) => commit(end),
  };
}
