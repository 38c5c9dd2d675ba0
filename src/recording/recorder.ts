import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync, writevSync } from 'node:fs';
import type { Chunk, Mark, RecordingPosition, Stream } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { formatTiming, type TimingEntry } from './timing.ts';

/** A chunk that has no place in the recording yet. */
export type ReadChunk = Omit<Chunk, 'offset'>;

/** Writes one session's recording. Blocking: it runs where the passthrough does not. */
export interface Recorder {
  /**
   * Appends the chunks and their timing; throws, with the recording as it was before, when the disk refuses.
   *
   * @returns the chunks as they will be read back: with their offsets, and times that never go backwards
   */
  append(chunks: readonly ReadChunk[]): Chunk[];
  /** @returns the mark as it will be read back */
  mark(mark: Mark): Mark;
  /** The end of what is recorded. */
  readonly position: RecordingPosition;
  /** False when the files were deleted: nobody will ever read what is written then. */
  readonly isThere: boolean;
  close(): void;
}

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;

/** Makes the folder and its files, for the user's eyes only. */
export function createRecorder(folder: RecordingFolder, streams: readonly Stream[]): Recorder {
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  const { fds, timingFd } = openAll(folder, streams);
  const offsets: Record<Stream, number> = { stdout: 0, stderr: 0 };
  let timingLength = 0;
  let lastTimeUs = 0;

  function appendTiming(entries: readonly TimingEntry[]) {
    let timeUs = lastTimeUs;
    const text = entries
      .map((entry) => {
        const formatted = formatTiming(entry, timeUs);
        timeUs = entry.timeUs;
        return formatted;
      })
      .join('');
    const bytes = Buffer.from(text, 'latin1');
    writeWhole(timingFd, [bytes], timingLength);
    timingLength += bytes.length;
    lastTimeUs = timeUs;
  }

  function place(chunks: readonly ReadChunk[]): Chunk[] {
    const next = { ...offsets };
    let timeUs = lastTimeUs;
    return chunks.map((chunk) => {
      const offset = next[chunk.stream];
      next[chunk.stream] += chunk.bytes.length;
      // Two streams are passed on side by side: what was read first need not come here first.
      timeUs = Math.max(timeUs, chunk.timeUs);
      return { ...chunk, offset, timeUs };
    });
  }

  return {
    get position() {
      return { timingOffset: timingLength, offsets: { ...offsets }, timeUs: lastTimeUs };
    },
    append(chunks) {
      const placed = place(chunks);
      // Data before timing: after a crash there may be bytes without a time, never a time without its bytes.
      const written: Stream[] = [];
      try {
        for (const [stream, fd] of fds) {
          const buffers = chunks.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.bytes);
          if (buffers.length === 0) continue;
          written.push(stream);
          writeWhole(fd, buffers, offsets[stream]);
        }
        appendTiming(
          placed.map(({ stream, timeUs, bytes }) => ({ kind: 'chunk', stream, timeUs, length: bytes.length })),
        );
      } catch (error) {
        for (const stream of written) ftruncateSync(fds.get(stream) ?? timingFd, offsets[stream]);
        throw error;
      }
      for (const { stream, bytes } of chunks) offsets[stream] += bytes.length;
      return placed;
    },
    mark(mark) {
      const placed = { ...mark, timeUs: Math.max(mark.timeUs, lastTimeUs) };
      appendTiming([placed]);
      return placed;
    },
    get isThere() {
      return fstatSync(timingFd).nlink > 0;
    },
    close() {
      for (const fd of [...fds.values(), timingFd]) closeSync(fd);
    },
  };
}

/** Opens them all as new ones, or leaves none behind: the next try must not find half of them. */
function openAll(folder: RecordingFolder, streams: readonly Stream[]) {
  const opened = new Map<string, number>();
  const open = (path: string) => {
    const fd = openSync(path, newFile, 0o600);
    opened.set(path, fd);
    return fd;
  };
  try {
    return {
      fds: new Map(streams.map((stream) => [stream, open(folder.streams[stream])])),
      timingFd: open(folder.timing),
    };
  } catch (error) {
    for (const [path, fd] of opened) {
      closeSync(fd);
      rmSync(path, { force: true });
    }
    throw error;
  }
}

/** At most so many buffers in one call, by POSIX (IOV_MAX on Linux and macOS). */
const maxBuffersPerWrite = 1024;

/** Writes all or nothing: what a full disk took of it is cut off again. */
function writeWhole(fd: number, buffers: readonly Uint8Array[], length: number): void {
  try {
    for (let first = 0; first < buffers.length; first += maxBuffersPerWrite) {
      writeBuffers(fd, buffers.slice(first, first + maxBuffersPerWrite));
    }
  } catch (error) {
    ftruncateSync(fd, length);
    throw error;
  }
}

function writeBuffers(fd: number, buffers: readonly Uint8Array[]): void {
  let rest = buffers;
  while (rest.length > 0) {
    let written = writevSync(fd, rest);
    const left: Uint8Array[] = [];
    for (const buffer of rest) {
      if (written < buffer.length) left.push(buffer.subarray(written));
      written = Math.max(0, written - buffer.length);
    }
    rest = left;
  }
}
