import { setPriority } from 'node:os';

/**
 * Lets everybody else on this machine come before this thread, by so much (as nice(2) counts). Only Linux has
 * priorities of threads: elsewhere it would be the whole process.
 */
export function giveWay(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(niceness);
  } catch {
    // Where that is forbidden, all are alike.
  }
}
