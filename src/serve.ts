import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { commandSession } from './command-session.ts';
import type { Paths } from './domain/config.ts';
import type { ExportRequest } from './export-thread.ts';
import type { Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { indexInThread } from './index-in-thread.ts';
import { noteDamage } from './note-damage.ts';
import { recordingFolder } from './recording/folder.ts';
import { identify } from './recording/process-identity.ts';
import { inRecordedFile } from './recording/recorded-file.ts';
import { reading, unreadable } from './recording/unreadable.ts';
import { pruneWhenDue } from './prune-when-due.ts';
import { recover } from './recover.ts';
import { recoverWhenLeft } from './recover-when-left.ts';
import { processClock } from './replay/process-clock.ts';
import { startReplay } from './replay/start-replay.ts';
import type { LogPart, ReadLog } from './server/routes/recordings.ts';
import { createQueryThread } from './server/query-thread.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';
import { type RunningServer, startServer } from './server/server.ts';
import { openFileLock } from './store/file-lock.ts';
import { openFeed } from './store/open-feed.ts';
import { threadHeap } from './thread-heap.ts';

/** A query that takes longer is given up. */
const queryLimitMs = 2_000;
/** A wrapper that takes the role has the lock while it loads its server. */
const lockRetryMs = 20;
const lockPatienceMs = 10_000;

export interface ServeOptions {
  readonly version: string;
  /** As in `ServerParts`. */
  readonly port: number;
  /** As in `ServerParts`. */
  readonly host?: string;
  /** As in `ReadLog`. */
  readonly textOf: (bytes: Uint8Array) => string;
  /** As in `ServerParts`. */
  readonly onHandOver?: () => void;
}

/**
 * Serves for as long as one likes, and takes the role from a wrapper that has it.
 *
 * @param complain is told of sessions that could not be recovered or pruned; the others are served
 */
export async function serve(
  paths: Paths,
  options: ServeOptions,
  complain: (message: string) => void,
): Promise<Result<RunningServer, Failure>> {
  for (const { message } of await recover(paths)) complain(message);
  const files = prepareRuntimeFolder(paths.runtime);
  if (!files.ok) return files;
  const lock = openFileLock(files.value.lock);
  if (!lock.ok) return lock;
  try {
    for (let waitedMs = 0; !lock.value.tryLock(); waitedMs += lockRetryMs) {
      if (waitedMs >= lockPatienceMs) {
        return fail({ reason: 'runtime-unusable', message: `others take the role all the time: ${files.value.lock}` });
      }
      await sleep(lockRetryMs);
    }
    return await startServing(paths, options, complain);
  } finally {
    lock.value.close();
  }
}

/**
 * Starts the server over the store and the recordings of this user. The caller has the lock of the runtime folder.
 *
 * @param complain as with {@link serve}
 */
export async function startServing(
  paths: Paths,
  { version, port, host, textOf, onHandOver }: ServeOptions,
  complain: (message: string) => void,
): Promise<Result<RunningServer, Failure>> {
  const identity = identify(process.pid);
  if (identity === undefined) throw new Error('this process does not run');
  try {
    mkdirSync(paths.data, { recursive: true, mode: 0o700 });
  } catch (error) {
    return fail({ reason: 'runtime-unusable', message: (error as Error).message });
  }
  const feed = openFeed(paths.database, (failure) => noteDamage(paths, failure));
  if (!feed.ok) return feed;
  const startThread = () =>
    new Worker(join(import.meta.dirname, 'query-thread.js'), {
      workerData: paths,
      resourceLimits: threadHeap,
    });
  const queries = createQueryThread(startThread, queryLimitMs);
  // One of their own: a heavy query must not hold up what has to come in time.
  const replays = createQueryThread(startThread, queryLimitMs);
  const indexing = indexInThread(paths);
  const started = await startServer({
    version,
    process: identity,
    runtime: paths.runtime,
    database: paths.database,
    feed: feed.value,
    ask: queries.ask,
    startLines: () =>
      new Worker(join(import.meta.dirname, 'line-thread.js'), {
        workerData: paths,
        resourceLimits: threadHeap,
      }),
    log: { bytes: (part) => readRecording(paths, part), text: textOf },
    commandSession: (what) => commandSession(paths, what),
    searchLag: () => indexing.lag,
    replay: { ask: replays.ask, start: startReplay, clock: processClock },
    startExport: (session, format) =>
      new Worker(join(import.meta.dirname, 'export-thread.js'), {
        workerData: { paths, session, format, version } satisfies ExportRequest,
        resourceLimits: threadHeap,
      }),
    port,
    ...(onHandOver && { onHandOver }),
    ...(host !== undefined && { host }),
  });
  const pruning = pruneNowAndThen(paths, complain);
  const recovering = recoverWhenLeft(paths, complain);
  const end = async () => {
    await Promise.all([pruning.stop(), recovering.stop()]);
    feed.value.close();
    await Promise.all([queries.close(), replays.close(), indexing.close()]);
  };
  if (!started.ok) {
    await end();
    return started;
  }
  return ok({
    ...started.value,
    async close(farewellMs) {
      await started.value.close(farewellMs);
      await end();
    },
  });
}

const pruneIntervalMs = 60_000;

/** What goes wrong is told once. */
function pruneNowAndThen(paths: Paths, complain: (message: string) => void) {
  const told = new Set<string>();
  let isOver = false;
  let current = Promise.resolve();
  async function pruneOnce() {
    const pruned = await pruneWhenDue(paths, { isOver: () => isOver, packs: true });
    if (pruned.ok || told.has(pruned.failure.message)) return;
    told.add(pruned.failure.message);
    complain(pruned.failure.message);
  }
  const timer = setInterval(() => {
    current = current.then(pruneOnce);
  }, pruneIntervalMs);
  return {
    async stop() {
      isOver = true;
      clearInterval(timer);
      await current;
    },
  };
}

function readRecording(paths: Paths, { session, stream, from, to }: LogPart): ReturnType<ReadLog['bytes']> {
  const path = recordingFolder(paths.recordings, session).streams[stream];
  const read = reading(path, () => {
    const part = inRecordedFile(path, (file) => {
      const recordedBytes = file.size();
      return { bytes: file.read(from, Math.max(0, Math.min(to, recordedBytes) - from)), recordedBytes };
    });
    return part === undefined ? fail(unreadable(path, 'it is not there')) : ok(part);
  });
  return Promise.resolve(read);
}
