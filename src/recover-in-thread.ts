import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import { threadHeap } from './thread-heap.ts';
import { exitOf } from './worker-exit.ts';

/** Recovery in a thread of its own. */
export interface RecoveringThread {
  readonly ended: Promise<void>;
  /** Ends it between two sessions: were its maker ended in the midst of its work, the process would be, too. */
  end(): Promise<void>;
}

/** Starts `recover-thread.ts`. @param complain is told what could not be recovered, and of a database set aside */
export function recoverInThread(paths: Paths, complain: (message: string) => void): RecoveringThread {
  const thread = new Worker(join(import.meta.dirname, 'recover-thread.js'), {
    workerData: paths,
    resourceLimits: threadHeap,
  });
  thread.on('message', complain);
  // What is left behind then is extracted by the next one who reads.
  thread.on('error', () => undefined);
  const ended = exitOf(thread);
  return {
    ended,
    end() {
      thread.postMessage('end');
      return ended;
    },
  };
}
