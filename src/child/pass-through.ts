import { setTimeout as sleep } from 'node:timers/promises';
import type { Stream } from '../domain/chunk.ts';
import type { Output } from './spawned.ts';
import { openTarget } from './target.ts';
import { writeAll } from './write-all.ts';

/** Read but not yet passed on, before the child has to wait for our reader. */
const maxPendingBytes = 256 * 1024;

/** A terminal whose output was stopped (Ctrl-S) never gives the marker back. */
const markerPatienceMs = 2000;

/** Bytes and the moment they were read, on the monotonic clock of `performance.now()`. */
export interface PassedBytes {
  readonly bytes: Buffer;
  readonly readAtMs: number;
}

/**
 * What is to be done with bytes that were passed on: the sink owns them from
 * then on. A promise makes the child wait, as a full pipe would.
 */
export type Sink = (stream: Stream, passed: readonly PassedBytes[]) => Promise<void> | undefined;

export interface PassThrough {
  /** Resolves when the source has ended and everything was moved. */
  readonly ended: Promise<void>;
  /** How many bytes were read so far. */
  readonly readBytes: number;
  /** Resolves when all that the child wrote before was passed on and given to the sink; for when it has stopped. */
  flush(): Promise<void>;
  /**
   * To be called when the child has ended: passes on all that it wrote, and
   * then, for at most `lateOutputMs`, what a worker that it left behind writes.
   */
  finish(lateOutputMs: number): Promise<void>;
}

/** Moves an output's bytes to where they belong, and gives them to the sink after that. */
export function passThrough(output: Output, sink: Sink): PassThrough {
  const { source, marker, endsWithChild } = output;
  const target = openTarget(output.target);
  let pending: PassedBytes[] = [];
  let pendingBytes = 0;
  let readBytes = 0;
  let moving = false;
  let moved = Promise.resolve();
  let ended = false;
  let isReaderGone = false;
  let lastReadAtMs = performance.now();
  let lastMovedAtMs = lastReadAtMs;
  let onMarker: () => void = () => undefined;
  let onEnd: () => void = () => undefined;
  const allMoved = new Promise<void>((resolve) => (onEnd = resolve)).then(() => target.close());

  source.start(
    (read) => {
      const { bytes, reached } = marker.strip(read);
      lastReadAtMs = performance.now();
      if (bytes.length > 0) {
        pending.push({ bytes, readAtMs: lastReadAtMs });
        pendingBytes += bytes.length;
        readBytes += bytes.length;
        if (pendingBytes >= maxPendingBytes) source.pause();
      }
      if (!moving) moved = move();
      if (reached) onMarker();
    },
    () => {
      ended = true;
      if (!moving) moved = move();
    },
  );

  async function move() {
    moving = true;
    while (pending.length > 0) {
      const passed = pending;
      pending = [];
      pendingBytes = 0;
      source.resume();
      if (!isReaderGone) {
        const error = await writeAll(
          target,
          passed.map(({ bytes }) => bytes),
        );
        isReaderGone = error !== undefined;
        // Without us, the child's next write would meet the same: a broken pipe.
        if (isReaderGone) source.close();
      }
      const wait = sink(output.stream, passed);
      if (wait) await wait;
    }
    moving = false;
    lastMovedAtMs = performance.now();
    if (ended) onEnd();
  }

  return {
    ended: allMoved,
    get readBytes() {
      return readBytes;
    },
    async flush() {
      await reachMarker();
      await moved;
    },
    async finish(lateOutputMs) {
      await reachMarker();
      marker.close();
      const timer = setTimeout(() => source.close(), endsWithChild ? 0 : lateOutputMs);
      await allMoved;
      clearTimeout(timer);
    },
  };

  function reachMarker(): Promise<void> {
    const reached = new Promise<void>((resolve) => (onMarker = resolve));
    marker.write();
    return Promise.race([reached, allMoved, quiet(markerPatienceMs)]);
  }

  /** Resolves when nothing has come for so long, though our own reader took all there was. */
  async function quiet(patienceMs: number) {
    for (
      let silentMs = 0;
      silentMs < patienceMs;
      silentMs = performance.now() - Math.max(lastReadAtMs, lastMovedAtMs)
    ) {
      await sleep(patienceMs - silentMs, undefined, { ref: false });
      if (moving) lastMovedAtMs = performance.now();
    }
  }
}
