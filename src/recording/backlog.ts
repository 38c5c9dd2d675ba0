import { isChunk, type Moment, type RecordingPosition } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { type RecordingReader, openRecordingReader } from './reader.ts';

/**
 * What is recorded and was not scanned yet.
 *
 * Chunks wait in memory while scanning keeps up. Those that would exceed
 * `maxBytes` are read back from the recording when their turn comes, so that a
 * slow scan costs lag and not memory.
 */
export interface Backlog {
  /** Adds what was recorded from `position` on. */
  push(moments: readonly Moment[], position: RecordingPosition): void;
  /** The oldest; undefined when all were taken. */
  next(): Moment | undefined;
  close(): void;
}

/** @param isBegun true to begin with what is recorded already */
export function createBacklog(folder: RecordingFolder, maxBytes: number, isBegun = false): Backlog {
  let queue: Moment[] = [];
  let first = 0;
  let queuedBytes = 0;
  /** Set from the first that is not in memory until the last such one was taken. */
  let onDisk: { readonly reader: RecordingReader; moments: number } | undefined = isBegun
    ? // Until the reader has come to the end, whatever is recorded meanwhile.
      { reader: openRecordingReader(folder), moments: Infinity }
    : undefined;

  function fromMemory(): Moment | undefined {
    const moment = queue[first];
    if (moment === undefined) return undefined;
    first += 1;
    queuedBytes -= bytesOf(moment);
    if (first === queue.length) {
      queue = [];
      first = 0;
    }
    return moment;
  }

  function fromDisk(): Moment | undefined {
    if (!onDisk) return undefined;
    const moment = onDisk.reader.next();
    onDisk.moments -= 1;
    if (onDisk.moments === 0 || moment === undefined) {
      onDisk.reader.close();
      onDisk = undefined;
    }
    return moment;
  }

  return {
    push(moments, position) {
      const bytes = moments.reduce((sum, moment) => sum + bytesOf(moment), 0);
      if (!onDisk && queuedBytes + bytes > maxBytes) {
        onDisk = { reader: openRecordingReader(folder, position), moments: 0 };
      }
      if (onDisk) {
        onDisk.moments += moments.length;
      } else {
        for (const moment of moments) queue.push(moment);
        queuedBytes += bytes;
      }
    },
    next: () => fromMemory() ?? fromDisk(),
    close: () => onDisk?.reader.close(),
  };
}

const bytesOf = (moment: Moment) => (isChunk(moment) ? moment.bytes.length : 0);
