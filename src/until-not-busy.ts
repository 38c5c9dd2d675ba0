import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from './domain/failure.ts';
import type { Result } from './domain/result.ts';

/** How long to do other things before the next try for another process's lock. */
export const busyRetryMs = 20;

/** Tries until no other process's lock is in the way; recording goes on meanwhile. */
export async function untilNotBusy<Value>(action: () => Result<Value, Failure>): Promise<Result<Value, Failure>> {
  for (;;) {
    const outcome = action();
    if (outcome.ok || outcome.failure.reason !== 'database-busy') return outcome;
    await sleep(busyRetryMs);
  }
}
