import type { Chunk } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { type RecordingPosition, type RecordingReader, openRecordingReader } from './reader.ts';

/**
 * Recorded chunks that were not scanned yet.
 *
 * They wait in memory while scanning keeps up. Those that would exceed
 * `maxBytes` are read back from the recording when their turn comes, so that a
 * slow scan costs lag and not memory.
 */
export interface Backlog {
  /** Adds chunks that were recorded from `position` on. */
  push(chunks: readonly Chunk[], position: RecordingPosition): void;
  /** The oldest; undefined when all were taken. */
  next(): Chunk | undefined;
  close(): void;
}

export function createBacklog(folder: RecordingFolder, maxBytes: number): Backlog {
  let queue: Chunk[] = [];
  let first = 0;
  let queuedBytes = 0;
  /** Set from the first chunk that is not in memory until the last such chunk was taken. */
  let onDisk: { readonly reader: RecordingReader; chunks: number } | undefined;

  function fromMemory(): Chunk | undefined {
    const chunk = queue[first];
    if (chunk === undefined) return undefined;
    first += 1;
    queuedBytes -= chunk.bytes.length;
    if (first === queue.length) {
      queue = [];
      first = 0;
    }
    return chunk;
  }

  function fromDisk(): Chunk | undefined {
    if (!onDisk) return undefined;
    const chunk = onDisk.reader.next();
    onDisk.chunks -= 1;
    if (onDisk.chunks === 0 || chunk === undefined) {
      onDisk.reader.close();
      onDisk = undefined;
    }
    return chunk;
  }

  return {
    push(chunks, position) {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
      if (!onDisk && queuedBytes + bytes > maxBytes) {
        onDisk = { reader: openRecordingReader(folder, position), chunks: 0 };
      }
      if (onDisk) {
        onDisk.chunks += chunks.length;
      } else {
        for (const chunk of chunks) queue.push(chunk);
        queuedBytes += bytes;
      }
    },
    next: () => fromMemory() ?? fromDisk(),
    close: () => onDisk?.reader.close(),
  };
}
