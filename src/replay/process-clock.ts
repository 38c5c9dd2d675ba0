import type { ReplayClock } from '../domain/replay.ts';

/** Longer than this, in milliseconds, Node's timers cannot wait; whoever is called too early waits again. */
const longestWaitMs = 2_147_483_647;

/** The process's own clock. */
export const processClock: ReplayClock = {
  now: () => performance.now(),
  at(timeMs, call) {
    const timer = setTimeout(call, Math.min(longestWaitMs, Math.max(0, timeMs - performance.now())));
    return () => clearTimeout(timer);
  },
};
