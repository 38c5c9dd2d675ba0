import { readdirSync, readFileSync } from 'node:fs';

/** How long the child has to end by itself. */
const graceMs = 5000;

/** Ends a child with all that works for it. */
export interface Killing {
  /** What is left now has no more time. */
  finish(): void;
}

/**
 * Asks the child to end (SIGTERM), and ends it five seconds later (SIGKILL).
 *
 * In a terminal of its own it is the leader of a process group. Behind pipes it is in ours,
 * so its descendants are looked for, where `/proc` tells; those in a session of their own
 * are meant to outlive it. Elsewhere it is signalled alone.
 */
export function killJob(pid: number, mode: 'terminal' | 'pipe'): Killing {
  const targets = mode === 'terminal' ? undefined : jobOf(pid);
  const signal = (name: NodeJS.Signals) => {
    if (targets === undefined) send(-pid, name);
    else for (const target of targets) if (isStill(target)) send(target.pid, name);
  };
  signal('SIGTERM');
  // A stopped process learns of it only when it goes on.
  signal('SIGCONT');
  const timer = setTimeout(() => signal('SIGKILL'), graceMs);
  return {
    finish() {
      clearTimeout(timer);
      signal('SIGKILL');
    },
  };
}

interface ProcessStatus {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Told apart from a later process with the same number; undefined where nothing tells. */
  readonly startTicks?: number;
}

/** The process first, then its descendants in the same session. */
function jobOf(pid: number): ProcessStatus[] {
  const first = statusOf(pid);
  if (first === undefined) return [{ pid, parent: 0, session: 0 }];
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statusOf(Number(name)) ?? []) : []));
  const job = [first];
  for (const member of job) {
    job.push(...all.filter(({ parent, session }) => parent === member.pid && session === first.session));
  }
  return job;
}

function statusOf(pid: number): ProcessStatus | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything; behind it are the state and then numbers (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(fields[1]), session: Number(fields[3]), startTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

function isStill({ pid, startTicks }: ProcessStatus): boolean {
  return startTicks === undefined || statusOf(pid)?.startTicks === startTicks;
}

function send(to: number, signal: NodeJS.Signals): void {
  try {
    process.kill(to, signal);
  } catch {
    // It is gone already.
  }
}
