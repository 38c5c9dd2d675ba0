import type { GuardSettings } from '../domain/mode.ts';

/** Lets extraction rest where there is too much of it for one session. Recording goes on. */
export interface Pressure {
  isTooMuch(load: Load): boolean;
}

export interface Load {
  /** Recorded and not extracted. */
  readonly lagBytes: number;
  readonly heapBytes: number;
  /** False while the store is left alone. What falls behind then is to be caught up with as soon as it is back. */
  readonly isStoring: boolean;
}

const mebibyte = 1024 * 1024;
const inMebibytes = (bytes: number) => `${(bytes / mebibyte).toFixed(1)} MiB`;

/**
 * What waits is caught up with while more comes: behind a rest, ours or the store's, a lag is too much only when it has
 * grown by as much again, until there is little left of it.
 *
 * @param onChange told why extraction rests from now on, or undefined when it goes on
 */
export function createPressure(
  { maxLagBytes, maxHeapBytes, forcedMs }: Pick<GuardSettings, 'maxLagBytes' | 'maxHeapBytes' | 'forcedMs'>,
  nowMs: () => number,
  onChange: (why: string | undefined) => void,
): Pressure {
  let lagLimit = maxLagBytes;
  let restsUntilMs: number | undefined;

  function excess({ lagBytes, heapBytes }: Load): string | undefined {
    if (lagBytes < maxLagBytes / 2) lagLimit = maxLagBytes;
    if (lagBytes >= lagLimit) return `extraction is ${inMebibytes(lagBytes)} behind`;
    return heapBytes >= maxHeapBytes ? `extraction takes ${inMebibytes(heapBytes)} of memory` : undefined;
  }

  return {
    isTooMuch(load) {
      if (restsUntilMs !== undefined) {
        if (nowMs() < restsUntilMs) return true;
        restsUntilMs = undefined;
        lagLimit = load.lagBytes + maxLagBytes;
        onChange(undefined);
      }
      if (!load.isStoring) lagLimit = Math.max(lagLimit, load.lagBytes + maxLagBytes);
      const why = excess(load);
      if (why === undefined) return false;
      restsUntilMs = nowMs() + forcedMs;
      onChange(why);
      return true;
    },
  };
}
