import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { SearchLag } from './domain/search.ts';
import { threadHeap } from './thread-heap.ts';
import { exitOf } from './worker-exit.ts';

/** A wrapper that is over sooner leaves the index to the next one that serves. */
const startDelayMs = 1_000;

export interface IndexThread {
  /** As it was told last; undefined before, and when the index cannot be kept. */
  readonly lag: SearchLag | undefined;
  close(): Promise<void>;
}

/** Keeps the search index up to date, in a thread that keeps nobody alive. */
export function indexInThread(paths: Paths): IndexThread {
  let lag: SearchLag | undefined;
  let thread: Worker | undefined;

  const timer = setTimeout(() => {
    const started = new Worker(join(import.meta.dirname, 'index-thread.js'), {
      workerData: paths,
      resourceLimits: threadHeap,
    });
    started.unref();
    started.on('message', (told: SearchLag | undefined) => (lag = told));
    // Without it search goes on with what is in the index.
    started.on('error', () => (lag = undefined));
    started.on('exit', () => (thread = undefined));
    thread = started;
  }, startDelayMs);
  timer.unref();

  return {
    get lag() {
      return lag;
    },
    async close() {
      clearTimeout(timer);
      if (thread === undefined) return;
      thread.ref();
      thread.postMessage('end');
      await exitOf(thread);
    },
  };
}
