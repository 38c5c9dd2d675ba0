import { jobOf } from './job.ts';

/** How long the child has to end by itself. */
const graceMs = 5000;

/** Ends a child with all that works for it. */
export interface Killing {
  /** What is left now has no more time. */
  finish(): void;
}

/** Asks the child's job to end (SIGTERM), and ends it five seconds later (SIGKILL). */
export function killJob(pid: number, mode: 'terminal' | 'pipe'): Killing {
  const job = jobOf(pid, mode);
  job.signal('SIGTERM');
  // A stopped process learns of it only when it goes on.
  job.signal('SIGCONT');
  const timer = setTimeout(() => job.signal('SIGKILL'), graceMs);
  return {
    finish() {
      clearTimeout(timer);
      job.signal('SIGKILL');
    },
  };
}
