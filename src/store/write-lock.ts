import type Database from 'better-sqlite3';
import { isBusy } from './database-failure.ts';

/** How often who has just come looks whether the lock is free; who has waited for `longMs` looks as often as one may. */
const mostMs = 4;
const leastMs = 0.5;
const longMs = 40;
/** For so long after a transaction others may look first, if there were any within the last second. */
const yieldMs = 1.5;
const seenMs = 1_000;

const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs transactions, and waits for the write lock in place of SQLite, up to the database's own timeout.
 *
 * SQLite sleeps the longer the longer it has waited, up to a tenth of a second: of ten busy writers some waited for
 * seconds, while who had just had the lock got it again and again. Here who has waited longer looks more often, and
 * who has just had it lets others look.
 */
export function whenFree(database: Database.Database): <Value>(transaction: () => Value) => Value {
  const patienceMs = Number(database.pragma('busy_timeout', { simple: true }));
  let endedMs = -Infinity;
  let busyMs = -Infinity;
  return (transaction) => {
    const startMs = performance.now();
    const sinceEndMs = startMs - endedMs;
    if (sinceEndMs < yieldMs && startMs - busyMs < seenMs) Atomics.wait(never, 0, 0, yieldMs - sinceEndMs);
    // The reading that is done outside of transactions waits as SQLite does.
    database.pragma('busy_timeout = 0');
    try {
      for (;;) {
        try {
          return transaction();
        } catch (error) {
          const waitedMs = performance.now() - startMs;
          if (!isBusy(error) || waitedMs >= patienceMs) throw error;
          busyMs = startMs + waitedMs;
          Atomics.wait(never, 0, 0, Math.max(leastMs, mostMs * (1 - waitedMs / longMs)));
        }
      }
    } finally {
      endedMs = performance.now();
      database.pragma(`busy_timeout = ${patienceMs}`);
    }
  };
}
