import { setTimeout as sleep } from 'node:timers/promises';
import { posix } from './posix.ts';

/** How long a child may take to read what is typed to it. */
const patienceMs = 5000;
const retryIntervalMs = 5;

/**
 * Types into a child's terminal, whose descriptor does not block, and waits while its input is full.
 *
 * @returns how many bytes the terminal took
 */
export async function typeInto(master: number, bytes: Uint8Array): Promise<number> {
  const deadline = performance.now() + patienceMs;
  let written = 0;
  while (written < bytes.length) {
    const count = posix.writeNow(master, bytes.subarray(written));
    written += count;
    if (count > 0) continue;
    if (performance.now() > deadline) break;
    await sleep(retryIntervalMs);
  }
  return written;
}
