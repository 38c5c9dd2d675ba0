import type { ReplayClock } from '../../../src/domain/replay.ts';

/** A clock that stands still until a test moves it on. */
export interface FakeClock extends ReplayClock {
  /** Calls whatever is due meanwhile, in its order. */
  advance(ms: number): Promise<void>;
}

export function fakeClock(start = 1_000): FakeClock {
  let nowMs = start;
  const timers = new Set<{ readonly timeMs: number; readonly call: () => void }>();
  return {
    now: () => nowMs,
    at(timeMs, call) {
      const timer = { timeMs, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = nowMs + ms;
      for (;;) {
        await settled();
        const [first] = [...timers].sort((one, other) => one.timeMs - other.timeMs);
        if (first === undefined || first.timeMs > end) break;
        timers.delete(first);
        nowMs = Math.max(nowMs, first.timeMs);
        first.call();
      }
      nowMs = end;
      await settled();
    },
  };
}

/** When all promises that can go on have gone on: what waits for nothing outside. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
