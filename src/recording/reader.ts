import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Chunk, type Moment, type Stream, streams } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { parseTiming } from './timing.ts';

/** A place between two entries of a recording. */
export interface RecordingPosition {
  readonly timingOffset: number;
  readonly offsets: Readonly<Record<Stream, number>>;
  readonly timeUs: number;
}

export const recordingStart: RecordingPosition = { timingOffset: 0, offsets: { stdout: 0, stderr: 0 }, timeUs: 0 };

export interface RecordingReader {
  /** The next chunk, cut as it was read from the child, or mark; undefined at the end of what is recorded now. */
  next(): Moment | undefined;
  /**
   * To be called at the end of a recording that nobody writes any more: the
   * bytes behind the last chunk that has a time. A crash leaves such.
   */
  untimed(): Chunk[];
  readonly position: RecordingPosition;
  close(): void;
}

const wholeWindowBytes = 1024 * 1024;

/**
 * Reads a recording back in the order of its timing, from a position on.
 *
 * @param windowBytes how much of a file is read in one go
 */
export function openRecordingReader(
  folder: RecordingFolder,
  from: RecordingPosition = recordingStart,
  windowBytes = wholeWindowBytes,
): RecordingReader {
  const open = (path: string) => openWindow(path, windowBytes);
  const timing = open(folder.timing);
  const data = { stdout: open(folder.streams.stdout), stderr: open(folder.streams.stderr) };
  const offsets = { ...from.offsets };
  let { timingOffset, timeUs } = from;

  function take(stream: Stream, length: number): Chunk {
    const chunk = { stream, offset: offsets[stream], timeUs, bytes: data[stream].read(offsets[stream], length) };
    offsets[stream] += chunk.bytes.length;
    return chunk;
  }

  return {
    next() {
      for (;;) {
        const line = timing.readLine(timingOffset);
        if (line === undefined) return undefined;
        const entry = parseTiming(line, timeUs);
        // Garbage behind the last good line: what it should have timed is found by `untimed`.
        if (entry === undefined) return undefined;
        timingOffset += line.length + 1;
        timeUs = entry.timeUs;
        if (entry.kind === 'chunk') return take(entry.stream, entry.length);
        if (entry.kind !== 'other') return entry;
      }
    },
    untimed() {
      return streams.flatMap((stream) => {
        const length = data[stream].size() - offsets[stream];
        return length > 0 ? [take(stream, length)] : [];
      });
    },
    get position() {
      return { timingOffset, offsets: { ...offsets }, timeUs };
    },
    close() {
      for (const window of [timing, data.stdout, data.stderr]) window.close();
    },
  };
}

interface FileWindow {
  /** Up to `length` bytes at `offset`; fewer where the file ends. */
  read(offset: number, length: number): Buffer;
  /** The line at `offset`, without its line feed; undefined when it is not whole. */
  readLine(offset: number): string | undefined;
  size(): number;
  close(): void;
}

const longestTimingLine = 256;

/** Reads a file in large pieces; a file that is not there is empty. */
function openWindow(path: string, windowBytes: number): FileWindow {
  const fd = openIfThere(path);
  let start = 0;
  let bytes: Buffer = Buffer.alloc(0);

  function load(offset: number, length: number): Buffer {
    if (fd === undefined) return Buffer.alloc(0);
    const isInside = offset >= start && offset + length <= start + bytes.length;
    if (!isInside) {
      // A new buffer each time: chunks of the last one may still be in use.
      const buffer = Buffer.allocUnsafeSlow(Math.max(length, windowBytes));
      bytes = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
      start = offset;
    }
    return bytes.subarray(offset - start, offset - start + length);
  }

  return {
    read: load,
    readLine(offset) {
      // What is loaded may end within the line though the file goes on.
      const loaded = start <= offset ? bytes.subarray(offset - start, offset - start + longestTimingLine) : undefined;
      const text = loaded?.includes(0x0a) === true ? loaded : load(offset, longestTimingLine);
      const end = text.indexOf(0x0a);
      return end === -1 ? undefined : text.toString('latin1', 0, end);
    },
    size: () => (fd === undefined ? 0 : fstatSync(fd).size),
    close() {
      if (fd !== undefined) closeSync(fd);
    },
  };
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
