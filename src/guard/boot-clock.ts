import { readFileSync } from 'node:fs';

/** Which start of the machine this is; empty where nothing tells. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

/**
 * Milliseconds since the machine was started: the same for all processes, whatever is done to the clock.
 * Linux tells it in a file, which no library that fakes clocks touches; elsewhere Node's own clock is such a one.
 */
export function sinceBootMs(): number {
  try {
    return Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000);
  } catch {
    return Number(process.hrtime.bigint() / 1_000_000n);
  }
}
