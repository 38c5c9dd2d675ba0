import { closeSync, constants, openSync } from 'node:fs';
import type { Checkpoint, Gap } from '../domain/batch.ts';
import type { Stream } from '../domain/chunk.ts';
import { type DroppedParts, writeDropped } from './dropped-part.ts';
import type { RecordingFolder } from './folder.ts';

/** Keeps the first and the last half of what a recording may take, and drops what lies between once it was extracted. */
export interface RecordingLimit {
  /** Whether there is more than may be kept, dropped or not. */
  isExceeded(recorded: Readonly<Record<Stream, number>>): boolean;
  /**
   * Drops what is too much.
   *
   * @param recorded how many bytes each stream has
   * @param extracted before which byte nothing is needed any more
   * @returns what was dropped now, at `timeUs`
   */
  enforce(recorded: Readonly<Record<Stream, number>>, extracted: Checkpoint, timeUs: number): readonly Gap[];
  /** How many bytes were dropped of each stream until now. */
  readonly droppedBytes: Readonly<Record<Stream, number>>;
}

/** A hole begins and ends where a block does, for the block sizes there are. */
const blockBytes = 64 * 1024;
/** So much of the limit is dropped at a time, or more. */
const stepsPerLimit = 16;

export function createRecordingLimit(options: {
  readonly folder: RecordingFolder;
  readonly streams: readonly Stream[];
  /** Of the session; each stream has its share. */
  readonly maxBytes: number;
  readonly punchHole: (fd: number, offset: number, length: number) => void;
  /** Told once that nothing can be dropped: the recording goes on to grow. */
  readonly onRefusal: (why: string) => void;
}): RecordingLimit {
  const { folder, streams, punchHole } = options;
  const shareBytes = options.maxBytes / streams.length;
  const stepBytes = shareBytes / stepsPerLimit;
  const headBytes = wholeBlocks(shareBytes / 2);
  const droppedBytes = { stdout: 0, stderr: 0 };
  let parts: DroppedParts = {};
  let isRefused = false;

  /** @returns how many bytes, and from where on; undefined where it is not worth it, or cannot be done */
  function drop(stream: Stream, recorded: number, extracted: number): Pick<Gap, 'offset' | 'bytes'> | undefined {
    const from = headBytes + droppedBytes[stream];
    const to = wholeBlocks(Math.min(extracted, recorded - shareBytes / 2));
    if (isRefused || to - from < Math.max(stepBytes, blockBytes)) return undefined;
    const before = parts;
    try {
      parts = { ...parts, [stream]: { from: headBytes, to } };
      writeDropped(folder, parts);
      const fd = openSync(folder.streams[stream], constants.O_RDWR | constants.O_NOFOLLOW);
      try {
        punchHole(fd, from, to - from);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      isRefused = true;
      options.onRefusal(error instanceof Error ? error.message : String(error));
      takeBack(before);
      return undefined;
    }
    droppedBytes[stream] = to - headBytes;
    return { offset: from, bytes: to - from };
  }

  function takeBack(before: DroppedParts) {
    try {
      writeDropped(folder, before);
    } catch {
      // The disk refuses altogether, which the recorder tells; then a part that is there is taken for a dropped one.
    }
  }

  return {
    droppedBytes,
    isExceeded: (recorded) => streams.some((stream) => recorded[stream] > shareBytes),
    enforce: (recorded, extracted, timeUs) =>
      streams.flatMap((stream) => {
        const dropped = drop(stream, recorded[stream], extracted[stream]);
        return dropped === undefined ? [] : { stream, timeUs, ...dropped };
      }),
  };
}

const wholeBlocks = (bytes: number) => Math.floor(bytes / blockBytes) * blockBytes;
