import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromServing, ServeTask, ToServing } from './serve-messages.ts';
import { threadHeap } from './thread-heap.ts';

/** The worker that serves, as its wrapper knows it. */
export interface ServingWorker {
  /** Says goodbye to clients, if it serves, and ends; the promise never waits longer than this. */
  end(atMostMs: number): Promise<void>;
}

/** Why it does not serve any more. */
export type ServingEnd = Exclude<FromServing, { readonly kind: 'loaded' | 'serving' }>;

/** What the server may take of our memory; beyond, it ends, and the session goes on. */
const resourceLimits = { ...threadHeap, maxOldGenerationSizeMb: 512 };

/** Starts `serve-thread`. Whatever happens to it, nothing is printed. */
export function startServingWorker(
  task: ServeTask,
  { onServing, onEnd }: { readonly onServing: () => void; readonly onEnd: (end: ServingEnd) => void },
): ServingWorker {
  const worker = new Worker(join(import.meta.dirname, 'serve-thread.js'), {
    workerData: task,
    resourceLimits,
    execArgv: ['--no-warnings'],
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  const tell = (message: ToServing) => worker.postMessage(message);
  /** From then on there is something that it must not leave behind. */
  let hasBegun = false;
  let isEnding = false;
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    function finish(end: ServingEnd) {
      if (isOver) return;
      isOver = true;
      void worker.terminate();
      resolve();
      onEnd(end);
    }
    worker.on('message', (message: FromServing) => {
      if (message.kind === 'serving') onServing();
      else if (message.kind !== 'loaded') finish(message);
      else if (!isEnding) {
        hasBegun = true;
        tell({ kind: 'begin' });
      }
    });
    worker.on('error', (error) => finish({ kind: 'failed', message: error.message }));
    worker.on('exit', (code) => finish({ kind: 'failed', message: `the server ended with ${code}` }));
  });
  return {
    async end(atMostMs) {
      isEnding = true;
      if (hasBegun) tell({ kind: 'end' });
      else void worker.terminate();
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([over, new Promise((resolve) => (timer = setTimeout(resolve, atMostMs)))]);
      clearTimeout(timer);
    },
  };
}
