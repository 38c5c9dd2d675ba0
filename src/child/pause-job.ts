import { setTimeout as sleep } from 'node:timers/promises';
import { jobOf } from './job.ts';

/** How long it may take until all of a job has stopped. */
const patienceMs = 2000;
const lookIntervalMs = 10;

/** Stops a child's job (SIGSTOP), and says whether all of it has stopped: what was being started meanwhile, too. */
export async function stopJob(pid: number, mode: 'terminal' | 'pipe'): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const job = jobOf(pid, mode);
    job.signal('SIGSTOP');
    if (job.isStopped()) return true;
    if (performance.now() > deadline) return false;
    await sleep(lookIntervalMs);
  }
}
