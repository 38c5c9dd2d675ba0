import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity, Session } from '../domain/session.ts';
import { isSystemError } from '../domain/system-error.ts';

/** Identifies a running process; undefined when there is none of that number, or nothing but its exit status is left. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (!isSystemError(error, 'EPERM')) return undefined;
  }
  const { state, startTicks } = statusOf(pid);
  return isDead(state) ? undefined : { pid, startTicks };
}

/** Whether it is still the same process that runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTicks === identity.startTicks;
}

/** Whether the wrapper of a session is known to run. Of one on another host (or in a container) it is not. */
export function isWrapperRunning({ host, process }: Pick<Session, 'host' | 'process'>): boolean {
  return host === hostname() && isRunning(process);
}

/** A zombie's parent may never ask for its exit status, as many a container's first process does not. */
const isDead = (state: string | undefined) => state === 'Z' || state === 'X';

/** Fields 3 and 22 of `/proc/PID/stat` (proc(5)); the second field, in parentheses, may hold anything. */
function statusOf(pid: number): { readonly state?: string | undefined; readonly startTicks: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], startTicks: Number(fields[19]) };
  } catch {
    return { startTicks: 0 };
  }
}
