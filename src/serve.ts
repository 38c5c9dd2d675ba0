import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { recordingFolder } from './recording/folder.ts';
import { identify } from './recording/process-identity.ts';
import { openRecordedFile, type RecordedFile } from './recording/recorded-file.ts';
import { pruneWhenDue } from './prune-when-due.ts';
import { recover } from './recover.ts';
import type { LogPart, ReadLog } from './server/api.ts';
import { createQueryThread } from './server/query-thread.ts';
import { type RunningServer, startServer } from './server/server.ts';
import { openFeed } from './store/open-feed.ts';

/** A query that takes longer is given up. */
const queryLimitMs = 2_000;

export interface ServeOptions {
  readonly version: string;
  /** As in `ServerParts`. */
  readonly port: number;
  /** As in `ReadLog`. */
  readonly textOf: (bytes: Uint8Array) => string;
  /** Told of sessions that could not be recovered; the others are served. */
  readonly complain: (message: string) => void;
}

/** Starts the server over the store and the recordings of this user. */
export async function serve(
  paths: Paths,
  { version, port, textOf, complain }: ServeOptions,
): Promise<Result<RunningServer, Failure>> {
  const identity = identify(process.pid);
  if (identity === undefined) throw new Error('this process does not run');
  try {
    mkdirSync(paths.data, { recursive: true, mode: 0o700 });
  } catch (error) {
    return fail({ reason: 'runtime-unusable', message: (error as Error).message });
  }
  for (const { message } of await recover(paths)) complain(message);
  const feed = openFeed(paths.database);
  if (!feed.ok) return feed;
  const queries = createQueryThread(
    () => new Worker(new URL('./query-thread.js', import.meta.url), { workerData: paths }),
    queryLimitMs,
  );
  const started = await startServer({
    version,
    process: identity,
    runtime: paths.runtime,
    database: paths.database,
    feed: feed.value,
    ask: queries.ask,
    log: { bytes: (part) => readRecording(paths, part), text: textOf },
    port,
  });
  const pruning = pruneNowAndThen(paths, complain);
  const end = async () => {
    await pruning.stop();
    feed.value.close();
    await queries.close();
  };
  if (!started.ok) {
    await end();
    return started;
  }
  return ok({
    ...started.value,
    async close() {
      await started.value.close();
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
  const unreadable = (message: string) =>
    Promise.resolve(fail({ reason: 'recording-unreadable', message } satisfies Failure));
  let file: RecordedFile | undefined;
  try {
    file = openRecordedFile(path);
    if (file === undefined) return unreadable(`there is no ${stream} of session ${session}`);
    const recordedBytes = file.size();
    const bytes = file.read(from, Math.max(0, Math.min(to, recordedBytes) - from));
    return Promise.resolve(ok({ bytes, recordedBytes }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Errors without a code are bugs, not something about the file.
    if (code === undefined) throw error;
    return unreadable(message);
  } finally {
    file?.close();
  }
}
