import type { Mark, Stream } from '../domain/chunk.ts';
import type { ReadChunk } from './recorder.ts';

/** What the main thread sends to the follower. Chunks' bytes are transferred, not copied. */
export type ToFollower =
  | { readonly kind: 'chunks'; readonly chunks: readonly ReadChunk[] }
  | Mark
  /** The main thread's clock: whatever was read until then was sent before. */
  | { readonly kind: 'clock'; readonly timeUs: number };

/** Hands chunks to the follower, at most so many bytes at a time. */
export interface HandOver {
  /** The child has to wait for the promise, where there is one. */
  offer(chunks: readonly ReadChunk[]): Promise<void> | undefined;
  /** Whether anything passes, or has passed, of which the follower was not told yet. */
  readonly hasGap: boolean;
  /** To be called when the follower is done with so many bytes: they are recorded, or counted as a gap. */
  settled(bytes: number): void;
  /** Tells the follower of bytes that passed unrecorded until now; to be called when no more will come. */
  end(): void;
  /** Nobody records any more: from now on everything passes unrecorded. */
  abandon(): void;
}

/**
 * A slow disk slows the child down, as `tee` would, and so does a machine that
 * has no time for the follower: beyond `maxInFlightBytes` it waits. A disk that
 * does not answer for `stallLimitMs` does not: what comes then passes
 * unrecorded, and is counted and marked as a gap once the follower has taken in
 * what it holds.
 */
export function createHandOver(options: {
  readonly send: (message: ToFollower, transfer: readonly ArrayBuffer[]) => void;
  readonly maxInFlightBytes: number;
  readonly stallLimitMs: number;
}): HandOver {
  const { send, maxInFlightBytes, stallLimitMs } = options;
  let inFlightBytes = 0;
  let state: 'recording' | 'waiting' | 'passing' | 'abandoned' = 'recording';
  let goOn: () => void = () => undefined;
  let stallTimer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  const gaps = new Map<Stream, { bytes: number; timeUs: number }>();

  function leaveWaiting(next: typeof state) {
    clearTimeout(stallTimer);
    state = next;
    goOn();
  }

  function wait(): Promise<void> {
    if (state !== 'waiting') {
      state = 'waiting';
      turn = new Promise((resolve) => (goOn = resolve));
      stallTimer = setTimeout(() => leaveWaiting('passing'), stallLimitMs);
    }
    return turn;
  }

  function sendGaps() {
    for (const [stream, { bytes, timeUs }] of gaps) send({ kind: 'gap', stream, length: bytes, timeUs }, []);
    gaps.clear();
  }

  return {
    offer(chunks) {
      if (state === 'abandoned') return undefined;
      if (state === 'passing') {
        for (const { stream, bytes, timeUs } of chunks) {
          gaps.set(stream, { bytes: (gaps.get(stream)?.bytes ?? 0) + bytes.length, timeUs });
        }
        return undefined;
      }
      for (const { bytes } of chunks) inFlightBytes += bytes.length;
      send({ kind: 'chunks', chunks }, transferable(chunks));
      return inFlightBytes > maxInFlightBytes ? wait() : undefined;
    },
    get hasGap() {
      return state === 'passing' || state === 'abandoned' || gaps.size > 0;
    },
    settled(bytes) {
      inFlightBytes -= bytes;
      if (state === 'waiting') {
        if (inFlightBytes <= maxInFlightBytes) leaveWaiting('recording');
        else stallTimer?.refresh();
      }
      if (state === 'passing' && inFlightBytes === 0) {
        sendGaps();
        state = 'recording';
      }
    },
    end: sendGaps,
    abandon() {
      if (state === 'waiting') leaveWaiting('abandoned');
      state = 'abandoned';
    },
  };
}

/** The buffers that belong to one chunk alone; others are copied. */
function transferable(chunks: readonly ReadChunk[]): ArrayBuffer[] {
  return chunks.flatMap(({ bytes }) =>
    bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer] : [],
  );
}
