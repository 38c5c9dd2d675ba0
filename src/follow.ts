import { setTimeout as sleep } from 'node:timers/promises';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { startOfRecording } from './domain/batch.ts';
import type { Stream } from './domain/chunk.ts';
import { type Paths, limits } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { Result } from './domain/result.ts';
import type { Ending, Session, SessionEnd } from './domain/session.ts';
import { createBacklog } from './recording/backlog.ts';
import { recordingFolder } from './recording/folder.ts';
import { gitHead } from './recording/git-head.ts';
import type { ToFollower } from './recording/hand-over.ts';
import type { ReadChunk } from './recording/recorder.ts';
import { createTolerantRecorder } from './recording/tolerant-recorder.ts';
import { writeSessionFile } from './recording/write-session-file.ts';
import type { SessionExtraction } from './session-extraction.ts';

/*
 * The follower: a worker that records what the main thread hands over, first
 * of all, and extracts events from the recording as fast as it can.
 */

/** What the follower is started with. */
export interface FollowerTask {
  readonly session: Session;
  readonly paths: Paths;
  readonly streams: readonly Stream[];
}

/** The last message to the follower. */
export interface ChildEnded {
  readonly kind: 'ended';
  readonly ending: Ending;
  /** UTC, ISO 8601 with milliseconds. */
  readonly endedAt: string;
}

/** What the follower tells the main thread. */
export type FromFollower =
  /** So many bytes are recorded, or counted as a gap. */
  | { readonly kind: 'settled'; readonly bytes: number }
  /** Something went wrong that does not concern the child. */
  | { readonly kind: 'trouble'; readonly message: string }
  /** The session is recorded and extracted, as far as it can be now. */
  | { readonly kind: 'done' };

/** Scanned between two looks at what the main thread has handed over. */
const scanSliceBytes = 256 * 1024;

/** How long to wait for another process's lock at once: recording waits too. */
const lockPatienceMs = 50;

/** How long to record and scan on before the next try for the lock. */
const busyRetryMs = 20;

/** How long to leave a store alone that refused a batch. */
const refusalRetryMs = 1000;

/** A checkpoint without events is worth a commit only so often. */
const quietCommitIntervalMs = 1000;

if (parentPort) follow(parentPort, workerData as FollowerTask);

function follow(port: MessagePort, task: FollowerTask): void {
  const folder = recordingFolder(task.paths.recordings, task.session.id);
  const tell = (message: FromFollower) => port.postMessage(message);
  const trouble = (message: string) => tell({ kind: 'trouble', message });
  const recorder = createTolerantRecorder({
    folder,
    streams: task.streams,
    onRefusal: (why) => trouble(`output is passed on but not recorded: ${why}`),
  });
  const backlog = createBacklog(folder, limits.maxUnscannedBytes);
  let session = task.session;
  let extraction: SessionExtraction | undefined;
  let isSetUp = false;
  let ended: ChildEnded | undefined;
  let lastCommitMs = performance.now();
  let storeRestsUntilMs = 0;
  let isStoreRefusing = false;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;

  /** Calls {@link work} after the delay; at once, should both be asked for. */
  function schedule(delayMs = 0) {
    if (isDue) return;
    if (delayMs > 0) {
      timer ??= setTimeout(work, delayMs);
      return;
    }
    clearTimeout(timer);
    isDue = true;
    setImmediate(work);
  }

  /** Records everything that was handed over, before anything is scanned. */
  function record(first?: ToFollower | ChildEnded) {
    let chunks: ReadChunk[] = [];
    const append = () => {
      if (chunks.length === 0) return;
      const position = recorder.position;
      backlog.push(recorder.record(chunks), position);
      tell({ kind: 'settled', bytes: chunks.reduce((sum, { bytes }) => sum + bytes.length, 0) });
      chunks = [];
    };
    for (let message = first; message !== undefined; message = nextMessage(port)) {
      if (message.kind === 'chunks') {
        chunks = chunks.concat(message.chunks);
        continue;
      }
      append();
      if (message.kind === 'gap') recorder.miss(message.stream, message.bytes, message.timeUs);
      else if (message.kind === 'resized') recorder.resize(message.columns, message.rows, message.timeUs);
      else ended = message;
    }
    append();
  }

  /** Scans a slice of the backlog; true when there is more. */
  function scan(into: SessionExtraction): boolean {
    for (let scanned = 0; scanned < scanSliceBytes; ) {
      if (into.pendingEvents >= limits.maxBatchEvents) return true;
      const chunk = backlog.next();
      if (!chunk) return false;
      into.scan(chunk);
      scanned += chunk.bytes.length;
    }
    return true;
  }

  function commitWhenDue(from: SessionExtraction, hasMore: boolean) {
    const sinceLastMs = performance.now() - lastCommitMs;
    const isCommitDue =
      from.pendingEvents > 0
        ? !hasMore || from.pendingEvents >= limits.maxBatchEvents || sinceLastMs >= limits.flushIntervalMs
        : from.isAhead && sinceLastMs >= quietCommitIntervalMs;
    if (isCommitDue) settle(from.commit());
  }

  function settle(outcome: ReturnType<SessionExtraction['commit']>) {
    lastCommitMs = performance.now();
    isStoreRefusing = !outcome.ok && outcome.failure.reason !== 'database-busy';
    if (!outcome.ok) {
      storeRestsUntilMs = lastCommitMs + (isStoreRefusing ? refusalRetryMs : busyRetryMs);
      if (isStoreRefusing) trouble(`events are not stored now, but will be: ${outcome.failure.message}`);
    } else if (outcome.value === 'stale') {
      // Somebody took this session for a dead one and extracts it; two would only be in each other's way.
      extraction = undefined;
    }
  }

  function work() {
    isDue = false;
    timer = undefined;
    record(nextMessage(port));
    const restMs = storeRestsUntilMs - performance.now();
    if (extraction) {
      const hasMore = scan(extraction);
      if (restMs <= 0) commitWhenDue(extraction, hasMore);
      // A store that refuses to the last leaves the rest to the next one that runs.
      if (hasMore && !(ended && isStoreRefusing)) {
        schedule(extraction.pendingEvents >= limits.maxBatchEvents ? restMs : 0);
        return;
      }
    }
    if (ended && isSetUp) void finish(ended, isStoreRefusing ? undefined : extraction);
    else if (extraction?.isAhead === true) schedule(Math.max(restMs, limits.flushIntervalMs));
  }

  async function finish({ ending, endedAt }: ChildEnded, extracted: SessionExtraction | undefined) {
    const end: SessionEnd = { ending, endedAt, gapBytes: recorder.gapBytes };
    session = { ...session, end };
    saveSession();
    if (extracted) await finishExtraction(extracted, end);
    const { recover } = await import('./recover.ts');
    for (const failure of await recover(task.paths)) trouble(failure.message);
    tell({ kind: 'done' });
  }

  async function finishExtraction(extracted: SessionExtraction, end: SessionEnd) {
    extracted.end(recorder.position.timeUs);
    let outcome = extracted.finish(end);
    // The main thread decides how long this may take.
    while (isBusy(outcome)) {
      await sleep(busyRetryMs);
      outcome = extracted.finish(end);
    }
    settle(outcome);
    for (const { pattern, spentMs } of extracted.disabledPatterns()) {
      trouble(`pattern ${pattern} took ${Math.round(spentMs)} ms and was left out of the rest of this session`);
    }
  }

  function saveSession() {
    try {
      writeSessionFile(folder, session);
    } catch {
      // The recorder has told already what is wrong with this disk.
    }
  }

  async function setUp() {
    saveSession();
    const head = gitHead(session.workingDirectory);
    const { loadPacks } = await import('./extract/load-packs.ts');
    const { createMatcher } = await import('./extract/matcher.ts');
    const { openStore } = await import('./store/open-store.ts');
    const { createSessionExtraction } = await import('./session-extraction.ts');
    const { packs, complaints } = await loadPacks(session.agent, task.paths, session.patternFiles);
    for (const { file, line, column, message } of complaints) trouble(`${file}:${line}:${column}: ${message}`);
    const git = await head;
    session = {
      ...session,
      packs: packs.map(({ name, version, digest }) => ({ name, version, digest })),
      ...(git && { git }),
    };
    saveSession();
    const store = openStore({ ...task.paths, lockPatienceMs });
    if (!store.ok) {
      trouble(store.failure.message);
      return;
    }
    let added = store.value.addSession(session);
    while (isBusy(added)) {
      await sleep(busyRetryMs);
      added = store.value.addSession(session);
    }
    if (!added.ok) {
      trouble(added.failure.message);
      return;
    }
    extraction = createSessionExtraction({
      sessionId: session.id,
      store: store.value,
      matcher: createMatcher(packs),
      checkpoint: startOfRecording,
    });
  }

  port.on('message', (message: ToFollower | ChildEnded) => {
    record(message);
    schedule();
  });
  void setUp()
    .catch((error: unknown) => trouble(`nothing is extracted: ${String(error)}`))
    .finally(() => {
      isSetUp = true;
      schedule();
    });
}

function isBusy(outcome: Result<unknown, Failure>): boolean {
  return !outcome.ok && outcome.failure.reason === 'database-busy';
}

function nextMessage(port: MessagePort): ToFollower | ChildEnded | undefined {
  const waiting: { message: ToFollower | ChildEnded } | undefined = receiveMessageOnPort(port);
  return waiting?.message;
}
