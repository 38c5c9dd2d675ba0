import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { SearchLag } from './domain/search.ts';
import { posix } from './child/posix.ts';
import { openSearchIndexing } from './search-indexing.ts';

/*
 * The thread that keeps the search index up to date while a server runs. It
 * tells its lag to whoever started it.
 */

/** How often to look for something new. */
const pauseMs = 1_000;
/** The same when the index could not be used: the disk is full, or another process is at it for long. */
const pauseAfterFailureMs = 5_000;
/** How often the lag is told while there is work. */
const tellIntervalMs = 500;
/** Nobody waits for it, and who writes much keeps it at work: it would take time from whoever extracts. */
const niceness = 15;

if (parentPort) keepIndexed(parentPort, workerData as Paths);

function keepIndexed(port: MessagePort, paths: Paths): void {
  posix.giveWay(niceness);
  const indexing = openSearchIndexing(paths);
  let lastToldMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  /** What the lag was told to be it still is: there has been nothing to do since. */
  let isTold = false;
  let isOver = false;

  function work(): void {
    timer = undefined;
    if (isOver) return indexing.close();
    const step = indexing.step();
    const isIdle = step.ok && step.value === 'idle';
    isTold &&= isIdle;
    const isDue = isIdle ? !isTold : performance.now() - lastToldMs > tellIntervalMs;
    if (isDue) isTold = tell() && isIdle;
    if (step.ok && !isIdle) setImmediate(work);
    else timer = setTimeout(work, step.ok ? pauseMs : pauseAfterFailureMs);
  }

  /** @returns whether it could be told */
  function tell(): boolean {
    lastToldMs = performance.now();
    const lag = indexing.lag();
    port.postMessage((lag.ok ? lag.value : undefined) satisfies SearchLag | undefined);
    return lag.ok;
  }

  // Any message is a goodbye. To be ended within a transaction would abort the process.
  port.once('message', () => {
    isOver = true;
    port.close();
    if (timer === undefined) return;
    clearTimeout(timer);
    work();
  });
  work();
}
