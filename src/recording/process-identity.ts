import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from '../domain/session.ts';
import { isSystemError } from '../domain/system-error.ts';

/** Identifies a running process; undefined when there is none of that number. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (!isSystemError(error, 'EPERM')) return undefined;
  }
  return { pid, startTicks: startTicks(pid) };
}

/** Whether it is still the same process that runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTicks === identity.startTicks;
}

/** Field 22 of `/proc/PID/stat` (proc(5)); the second field, in parentheses, may hold anything. */
function startTicks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return 0;
  }
}
