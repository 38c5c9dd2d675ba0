import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fail } from './domain/result.ts';
import type { FromProbe, ProbeTask } from './probe-messages.ts';
import { threadHeap } from './thread-heap.ts';
import { exitOf } from './worker-exit.ts';

/** Starts `probe-thread`. @param onProbed is told once what came of it, also where the thread itself has failed */
export function probeInThread(task: ProbeTask, onProbed: (probed: FromProbe) => void): { end(): Promise<void> } {
  const thread = new Worker(join(import.meta.dirname, 'probe-thread.js'), {
    workerData: task,
    resourceLimits: threadHeap,
  });
  let isTold = false;
  let why = 'its thread has ended';
  function tell(probed: FromProbe) {
    if (!isTold) onProbed(probed);
    isTold = true;
  }
  thread.on('message', tell);
  thread.on('error', (error) => (why = error.message));
  const exited = exitOf(thread);
  void exited.then(() =>
    tell(
      fail({ reason: 'database-unreadable', message: `the store could not be tried: ${why}`, fault: 'input-output' }),
    ),
  );
  return {
    end() {
      thread.postMessage('end');
      return exited;
    },
  };
}
