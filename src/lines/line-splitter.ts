import type { Chunk, Stream } from '../domain/chunk.ts';
import type { LineBlock } from '../domain/line.ts';
import { isUtf8Continuation } from '../domain/utf8.ts';
import { needsCleaning, writePlainText } from './plain-text.ts';

const LINE_FEED = 0x0a;
const ESCAPE = 0x1b;

/** How far a cut moves back so as not to split an escape sequence. */
const maxEscapeBytes = 64;

export interface LineSplitter {
  /** The lines that this chunk completes; undefined when it completes none. */
  push(chunk: Chunk): LineBlock | undefined;
  /** The last line, when the stream ended without a line feed. */
  end(timeUs: number): LineBlock | undefined;
}

/**
 * Cuts one stream's chunks into logical lines.
 *
 * Which lines come out does not depend on where the chunks were cut. At most
 * `maxLineBytes` of an unfinished line are held; a longer line is cut there.
 */
export function createLineSplitter(options: { stream: Stream; maxLineBytes: number }): LineSplitter {
  const { stream, maxLineBytes } = options;
  let nextLine = 1;
  /** Bytes behind the last line feed, and where they begin in the recording. */
  let unfinished: Buffer = Buffer.alloc(0);
  let offset = 0;

  /** Makes lines of the bytes of `raw` up to `end`; the last of them goes on behind it when `lastIsCut`. */
  function toBlock(raw: Buffer, end: number, timeUs: number, lastIsCut: boolean): LineBlock {
    const whole = raw.subarray(0, end);
    const block =
      needsCleaning(whole) || hasLongLine(whole, maxLineBytes) || whole[end - 1] !== LINE_FEED
        ? cleanedBlock(whole, lastIsCut)
        : { bytes: whole, lines: countLines(whole) };
    const result: LineBlock = {
      stream,
      firstLine: nextLine,
      offset,
      endOffset: offset + end,
      timeUs,
      ...block,
    };
    nextLine += block.lines;
    unfinished = raw.subarray(end);
    offset += end;
    return result;
  }

  function cleanedBlock(whole: Buffer, lastIsCut: boolean) {
    const lineOffsets: number[] = [];
    const cutLines = new Set<number>();
    // Each piece of a cut line gets a line feed, and no piece is empty.
    const bytes = Buffer.allocUnsafe(whole.length * 2);
    let length = 0;
    for (let start = 0; start < whole.length; ) {
      const lineFeed = whole.indexOf(LINE_FEED, start);
      const lineEnd = lineFeed === -1 ? whole.length : lineFeed;
      const isLong = lineEnd - start > maxLineBytes;
      const end = isLong ? cutBefore(whole, start, start + maxLineBytes) : lineEnd;
      if (isLong || (lastIsCut && lineFeed === -1)) cutLines.add(lineOffsets.length);
      lineOffsets.push(offset + start);
      length = writePlainText(whole, start, end, bytes, length);
      bytes[length++] = LINE_FEED;
      start = isLong ? end : lineEnd + 1;
    }
    return { bytes: bytes.subarray(0, length), lines: lineOffsets.length, lineOffsets, cutLines };
  }

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength);
      // It begins elsewhere behind what was dropped from a recording.
      if (unfinished.length === 0) ({ offset } = chunk);
      const raw = unfinished.length === 0 ? bytes : Buffer.concat([unfinished, bytes]);
      const lastLineFeed = raw.lastIndexOf(LINE_FEED);
      let end = lastLineFeed + 1;
      // An unfinished line of any length must not be held: give out what a cut makes final.
      while (raw.length - end > maxLineBytes) end = cutBefore(raw, end, end + maxLineBytes);
      if (end > 0) return toBlock(raw, end, chunk.timeUs, end > lastLineFeed + 1);
      unfinished = raw;
      return undefined;
    },
    end(timeUs) {
      return unfinished.length === 0 ? undefined : toBlock(unfinished, unfinished.length, timeUs, false);
    },
  };
}

/** The last place up to `limit` that splits neither a UTF-8 character nor an escape sequence. */
function cutBefore(bytes: Buffer, start: number, limit: number): number {
  const escape = bytes.lastIndexOf(ESCAPE, limit - 1);
  if (escape > start && escape > limit - maxEscapeBytes) return escape;
  let cut = limit;
  while (cut > limit - 4 && isUtf8Continuation(bytes[cut])) cut -= 1;
  return cut === limit - 4 ? limit : cut;
}

function hasLongLine(bytes: Buffer, maxLineBytes: number): boolean {
  for (let start = 0; bytes.length - start > maxLineBytes; ) {
    const lineFeed = bytes.lastIndexOf(LINE_FEED, start + maxLineBytes);
    if (lineFeed < start) return true;
    start = lineFeed + 1;
  }
  return false;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}
