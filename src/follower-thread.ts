import { Worker } from 'node:worker_threads';
import { limits } from './domain/config.ts';
import type { Ending } from './domain/session.ts';
import type { ChildEnded, FollowerTask, FromFollower } from './follower-messages.ts';
import { type HandOver, type ToFollower, createHandOver } from './recording/hand-over.ts';

/** The follower as the main thread knows it. */
export interface FollowerThread {
  readonly offer: HandOver['offer'];
  /** Our terminal has another size from `timeUs` on. */
  resized(to: { readonly columns: number; readonly rows: number; readonly timeUs: number }): void;
  /**
   * Tells that the child has ended, and waits until the session is recorded and extracted, or the time is over.
   *
   * @returns what went wrong behind the child's back, each thing once
   */
  finish(ending: Ending, drainTimeoutMs: number): Promise<readonly string[]>;
}

/** Starts the worker that records and extracts (`follow.ts`). Whatever happens to it, the child runs on. `nowUs` is the recording's clock. */
export function startFollower(task: FollowerTask, nowUs: () => number): FollowerThread {
  const troubles = new Set<string>();
  const worker = new Worker(new URL('./follow.js', import.meta.url), { workerData: task });
  const send = (message: ToFollower | ChildEnded, transfer: readonly ArrayBuffer[] = []) =>
    worker.postMessage(message, transfer);
  const handOver = createHandOver({
    send,
    maxInFlightBytes: limits.maxInFlightBytes,
    stallLimitMs: limits.stallLimitMs,
  });
  const done = new Promise<void>((resolve) => {
    worker.on('message', (message: FromFollower) => {
      if (message.kind === 'what-time') send({ kind: 'clock', timeUs: nowUs() });
      else if (message.kind === 'settled') handOver.settled(message.bytes);
      else if (message.kind === 'trouble') troubles.add(message.message);
      else resolve();
    });
    worker.on('error', (error) => {
      troubles.add(`recording ended early: ${error.message}`);
      handOver.abandon();
      resolve();
    });
    worker.on('exit', () => {
      handOver.abandon();
      resolve();
    });
  });
  return {
    offer: (chunks) => handOver.offer(chunks),
    resized: (to) => send({ kind: 'resize', ...to }),
    async finish(ending, drainTimeoutMs) {
      handOver.end();
      send({ kind: 'ended', ending, endedAt: new Date().toISOString() });
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, drainTimeoutMs))]);
      return [...troubles];
    },
  };
}
