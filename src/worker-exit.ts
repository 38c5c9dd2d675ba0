import type { Worker } from 'node:worker_threads';

/** Resolves when the thread has ended, however; `once` of `node:events` would reject where it failed before. */
export const exitOf = (worker: Worker): Promise<void> => new Promise((resolve) => worker.once('exit', () => resolve()));
