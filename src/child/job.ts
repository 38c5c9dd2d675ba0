import { readdirSync, readFileSync } from 'node:fs';

/**
 * A child with all that works for it.
 *
 * In a terminal of its own it is the leader of a process group. Behind pipes it is in ours,
 * so its descendants are looked for, where `/proc` tells; those in a session of their own
 * are meant to outlive it. Elsewhere it is signalled alone.
 */
export interface Job {
  /** @returns whether any of it got the signal */
  signal(name: NodeJS.Signals): boolean;
  /** Whether all of it is stopped, or has ended; true also where nothing tells. */
  isStopped(): boolean;
}

/** The job as it is now. */
export function jobOf(pid: number, mode: 'terminal' | 'pipe'): Job {
  if (mode === 'terminal') {
    return {
      signal: (name) => send(-pid, name),
      isStopped: () => allStatuses().every((status) => status.group !== pid || isAtRest(status)),
    };
  }
  const family = familyOf(pid);
  return {
    signal: (name) => family.map((member) => isStill(member) && send(member.pid, name)).includes(true),
    isStopped: () => family.every((member) => isAtRest(statusOf(member.pid))),
  };
}

interface ProcessStatus {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** A letter, as in proc_pid_stat(5); undefined where nothing tells. */
  readonly state?: string | undefined;
  /** Told apart from a later process with the same number; undefined where nothing tells. */
  readonly startTicks?: number;
}

/** The process first, then its descendants in the same session. */
function familyOf(pid: number): ProcessStatus[] {
  const first = statusOf(pid);
  if (first === undefined) return [{ pid, parent: 0, group: 0, session: 0 }];
  const all = allStatuses();
  const family = [first];
  for (const member of family) {
    family.push(...all.filter(({ parent, session }) => parent === member.pid && session === first.session));
  }
  return family;
}

function allStatuses(): ProcessStatus[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statusOf(Number(name)) ?? []) : []));
  } catch {
    return [];
  }
}

function statusOf(pid: number): ProcessStatus | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything; behind it are the state and then numbers (proc_pid_stat(5)).
    const [state, ...numbers] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent = 0, group = 0, session = 0] = numbers.map(Number);
    return { pid, parent, group, session, state, startTicks: Number(numbers[18]) };
  } catch {
    return undefined;
  }
}

/**
 * Stopped (also by a tracer), a zombie, or gone; or within a call that nothing interrupts (D), behind which it stops
 * before it does anything else. Some calls end only when others go on: a shell that starts a program by vfork(2) waits
 * so for the child that was stopped before it was that program.
 */
const isAtRest = (status: ProcessStatus | undefined) =>
  status?.state === undefined || ['T', 't', 'Z', 'X', 'D'].includes(status.state);

/** Whether the process is stopped now; true also where nothing tells. */
export function isStopped(pid: number): boolean {
  const state = statusOf(pid)?.state;
  return state === undefined || state === 'T' || state === 't';
}

function isStill({ pid, startTicks }: ProcessStatus): boolean {
  return startTicks === undefined || statusOf(pid)?.startTicks === startTicks;
}

/** @param to a process, or a group of them as a negative number; false when nobody is there, or it is not ours to signal */
export function send(to: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(to, signal);
    return true;
  } catch {
    // It is gone already, or runs as somebody else.
    return false;
  }
}
