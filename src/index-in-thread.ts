import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { SearchLag } from './domain/search.ts';

export interface IndexThread {
  /** As it was told last; undefined before, and when the index cannot be kept. */
  readonly lag: SearchLag | undefined;
  close(): Promise<void>;
}

/** Keeps the search index up to date, in a thread that keeps nobody alive. */
export function indexInThread(paths: Paths): IndexThread {
  let lag: SearchLag | undefined;
  let hasEnded = false;
  const thread = new Worker(new URL('./index-thread.js', import.meta.url), { workerData: paths });
  thread.unref();
  thread.on('message', (told: SearchLag | undefined) => (lag = told));
  // Without it search goes on with what is in the index.
  thread.on('error', () => (lag = undefined));
  thread.on('exit', () => (hasEnded = true));
  return {
    get lag() {
      return lag;
    },
    async close() {
      if (hasEnded) return;
      thread.ref();
      thread.postMessage('end');
      await once(thread, 'exit');
    },
  };
}
