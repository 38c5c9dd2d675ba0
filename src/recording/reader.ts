import {
  type Chunk,
  type Moment,
  type RecordingPosition,
  recordingStart,
  type Stream,
  streams,
} from '../domain/chunk.ts';
import { readDropped } from './dropped-part.ts';
import type { RecordingFolder } from './folder.ts';
import { openRecordedFile } from './recorded-file.ts';
import { parseTiming } from './timing.ts';

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
  const { timing, data, dropped, close } = openFiles(folder, windowBytes);
  const offsets = { ...from.offsets };
  let { timingOffset, timeUs } = from;
  const missing: Record<Stream, number> = { stdout: 0, stderr: 0 };

  /** Chunks of which some was dropped are told as one gap, with the last of them. */
  function pass(stream: Stream, length: number): Moment | undefined {
    const part = dropped[stream];
    const end = offsets[stream] + length;
    if (part === undefined || end <= part.from || offsets[stream] >= part.to) return take(stream, length);
    missing[stream] += length;
    offsets[stream] = end;
    return end < part.to ? undefined : { kind: 'gap', stream, length: missing[stream], timeUs };
  }

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
        if (entry.kind === 'other') continue;
        const moment = entry.kind === 'chunk' ? pass(entry.stream, entry.length) : entry;
        if (moment !== undefined) return moment;
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
    close,
  };
}

/** All of them, or none. */
function openFiles(folder: RecordingFolder, windowBytes: number) {
  const windows: FileWindow[] = [];
  function open(path: string): FileWindow {
    const window = openWindow(path, windowBytes);
    windows.push(window);
    return window;
  }
  function close() {
    for (const window of windows) window.close();
  }
  try {
    const timing = open(folder.timing);
    const data = { stdout: open(folder.streams.stdout), stderr: open(folder.streams.stderr) };
    return { timing, data, dropped: readDropped(folder), close };
  } catch (error) {
    close();
    throw error;
  }
}

interface FileWindow {
  /** Up to `length` bytes at `offset`; fewer where the file ends. */
  read(offset: number, length: number): Buffer;
  /** The line at `offset`, without its line feed; undefined when it is not whole. */
  readLine(offset: number): string | undefined;
  size(): number;
  close(): void;
}

const longestTimingLine = 1024;

/** Reads a file in large pieces; a file that is not there is empty. */
function openWindow(path: string, windowBytes: number): FileWindow {
  const file = openRecordedFile(path);
  let start = 0;
  let bytes: Buffer = Buffer.alloc(0);

  function load(offset: number, length: number): Buffer {
    if (file === undefined) return Buffer.alloc(0);
    const isInside = offset >= start && offset + length <= start + bytes.length;
    if (!isInside) {
      bytes = file.read(offset, Math.max(length, windowBytes));
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
    size: () => file?.size() ?? 0,
    close: () => file?.close(),
  };
}
