import { isChunk, type Moment } from './domain/chunk.ts';
import type { LineBlock } from './domain/line.ts';
import type { Failure } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import type { Passage, ReadLines, UnreadSession } from './domain/search.ts';
import type { Session } from './domain/session.ts';
import { recordingFolder } from './recording/folder.ts';
import { openRecordingReader } from './recording/reader.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import { reading } from './recording/unreadable.ts';
import { createSessionLines } from './session-lines.ts';

/** A passage is read back as a whole, so it is short. */
const mostLines = 64;
const mostPassageBytes = 8 * 1024;
/** All lines of a passage have one time. */
const longestPassageUs = 1_000_000;
/** The screen is laid out anew for each of its chunks, which takes far longer than a chunk of text. */
const costOfScreenChunk = 4 * 1024;
const lineFeed = 0x0a;

/** Reads a session's recording for the search index: the same lines that its events are extracted from. */
export interface SessionPassages {
  /**
   * What comes next, of about so many bytes of the recording; undefined at the end of what may be read now. The last
   * lines of a session that has ended are `isAll`.
   */
  next(
    bytes: number,
    session: Pick<UnreadSession, 'hasEnded' | 'checkpoint'>,
  ): Result<Omit<ReadLines, 'session'> | undefined, Failure>;
  close(): void;
}

/** @param session what was in the index of it is read, too, and left out: a recording always gives the same lines */
export function openSessionPassages(recordings: string, session: UnreadSession): Result<SessionPassages, Failure> {
  const folder = recordingFolder(recordings, session.sessionId);
  const { isInTerminal } = session;
  const shape = isInTerminal ? readSessionFile(folder) : ok({ mode: 'pipe' } as const);
  if (!shape.ok) return shape;
  const opened = reading(folder.path, () => ok(openRecordingReader(folder)));
  if (!opened.ok) return opened;
  const reader = opened.value;
  const ignore = () => undefined;
  const lines = createSessionLines(shape.value, { onSignal: ignore, onScreen: ignore });
  const passages = collectPassages(session.lines);
  let inIndex = session.lines;
  let readBytes = 0;
  let isThrough = false;
  /** What comes next, when it may not be read yet. */
  let held: Moment | undefined;

  /** @returns whether that was the last of it */
  function take(
    bytes: number,
    { hasEnded, checkpoint }: Pick<UnreadSession, 'hasEnded' | 'checkpoint'>,
  ): Result<boolean, Failure> {
    for (let taken = 0; taken < bytes; ) {
      held ??= reader.next();
      const moment = held;
      if (moment === undefined) {
        if (!hasEnded) return ok(false);
        // Not before: while agents are quiet, the thread that indexes is to be small.
        const read = readSessionFile(folder);
        if (!read.ok) return read;
        for (const chunk of reader.untimed()) passages.add(lines.take(chunk));
        passages.add(lines.end(Math.max(lengthUs(read.value), reader.position.timeUs)));
        return ok(true);
      }
      if (!hasEnded && isChunk(moment) && moment.offset + moment.bytes.length > checkpoint[moment.stream])
        return ok(false);
      held = undefined;
      passages.add(lines.take(moment));
      if (!isChunk(moment)) continue;
      readBytes += moment.bytes.length;
      taken += moment.bytes.length + (isInTerminal ? costOfScreenChunk : 0);
    }
    return ok(false);
  }

  return ok({
    next(bytes, now) {
      if (isThrough) return ok(undefined);
      const before = readBytes;
      const taken = reading(folder.path, () => take(bytes, now));
      if (!taken.ok) return taken;
      const isAll = taken.value;
      isThrough = isAll;
      if (!isAll && readBytes === before) return ok(undefined);
      const found = passages.take();
      const from = inIndex;
      inIndex += found.reduce((sum, passage) => sum + passage.lines.length, 0);
      return ok({ from, passages: found, bytes: readBytes, isAll });
    },
    close: () => reader.close(),
  });
}

/** Microseconds from the session's start to its end; 0 where nobody saw it. */
function lengthUs({ startedAt, end }: Session): number {
  return end === undefined ? 0 : (Date.parse(end.endedAt) - Date.parse(startedAt)) * 1000;
}

interface Line {
  readonly text: string;
  readonly offset: number;
}

/** Joins blocks of lines to passages; the first `skipped` lines are left out. */
function collectPassages(skipped: number) {
  let left = skipped;
  let done: Passage[] = [];
  let open:
    | { readonly head: Omit<Passage, 'lines' | 'endOffset'>; readonly lines: Line[]; endOffset: number }
    | undefined;

  function close(): void {
    if (open !== undefined) done.push({ ...open.head, lines: open.lines, endOffset: open.endOffset });
    open = undefined;
  }

  function addBlock(block: LineBlock): void {
    const { stream, firstLine, timeUs, lineOffsets } = block;
    const isVerbatim = lineOffsets === undefined;
    linesOf(block).forEach(({ text, offset, endOffset }, nth) => {
      if (left > 0) {
        left -= 1;
        return;
      }
      const goesOn =
        open?.head.stream === stream &&
        open.head.isVerbatim === isVerbatim &&
        (!isVerbatim || open.endOffset === offset) &&
        open.lines.length < mostLines &&
        open.endOffset - (open.lines[0]?.offset ?? 0) < mostPassageBytes &&
        timeUs - open.head.timeUs < longestPassageUs;
      if (!goesOn) close();
      open ??= { head: { stream, firstLine: firstLine + nth, timeUs, isVerbatim }, lines: [], endOffset };
      open.lines.push({ text, offset });
      open.endOffset = endOffset;
    });
  }

  return {
    add: (blocks: readonly LineBlock[]) => blocks.forEach(addBlock),
    take(): Passage[] {
      close();
      const taken = done;
      done = [];
      return taken;
    },
  };
}

function linesOf(block: LineBlock): (Line & { readonly endOffset: number })[] {
  const { bytes: view, lineOffsets, offset, endOffset } = block;
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const lines: (Line & { endOffset: number })[] = [];
  for (let start = 0, nth = 0; start < bytes.length; nth += 1) {
    const end = bytes.indexOf(lineFeed, start);
    const next = end + 1;
    lines.push({
      text: bytes.toString('utf8', start, end),
      offset: lineOffsets?.[nth] ?? offset + start,
      endOffset: lineOffsets === undefined ? offset + next : (lineOffsets[nth + 1] ?? endOffset),
    });
    start = next;
  }
  return lines;
}
