import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isChunk, type Moment } from './domain/chunk.ts';
import { type Settings, defaultPort, defaultSettings, limits } from './domain/config.ts';
import type { Complaint } from './domain/failure.ts';
import type { EventStore } from './domain/ports.ts';
import type { Session, SessionEnd } from './domain/session.ts';
import type { ChildEnded, FollowerTask, FromFollower, Look, RoleMessage } from './follower-messages.ts';
import type { LoadedConfig } from './load-config.ts';
import { createBacklog } from './recording/backlog.ts';
import { createDiskSync } from './recording/disk-sync.ts';
import { recordingFolder } from './recording/folder.ts';
import type { ToFollower } from './recording/hand-over.ts';
import { createKeyframeWriter } from './recording/keyframes.ts';
import type { ReadChunk } from './recording/recorder.ts';
import { createTolerantRecorder } from './recording/tolerant-recorder.ts';
import { writeSessionFile } from './recording/write-session-file.ts';
import type { RoleKeeper } from './role-keeper.ts';
import type { SessionExtraction } from './session-extraction.ts';
import { createSessionRedaction, patienceMs } from './session-redaction.ts';
import { busyRetryMs, untilNotBusy } from './until-not-busy.ts';

/*
 * The follower: a worker that records what the main thread hands over, first
 * of all, and extracts events from the recording as fast as it can.
 */

/** Scanned between two looks at what the main thread has handed over. */
const scanSliceBytes = 256 * 1024;

/** How long to leave a store alone that refused a batch. */
const refusalRetryMs = 1000;

/** How long after a moment the main thread is asked whether it has passed: it may be behind. */
const clockMarginMs = 5;

/** A session that is over by then has loaded nothing of a server. */
const roleDelayMs = 300;

/** A checkpoint without events is worth a commit only so often. */
const quietCommitIntervalMs = 1000;

type FromMain = ToFollower | Look | ChildEnded | RoleMessage;

if (parentPort) void begin(parentPort, workerData as FollowerTask);

/** The settings come first: they say what is no secret. Most users have none, and nothing waits for them. */
async function begin(port: MessagePort, task: FollowerTask): Promise<void> {
  follow(port, task, await readConfig(task.paths.config));
}

function follow(port: MessagePort, task: FollowerTask, { settings, complaints }: LoadedConfig): void {
  const folder = recordingFolder(task.paths.recordings, task.session.id);
  const tell = (message: FromFollower) => port.postMessage(message);
  const trouble = (message: string) => tell({ kind: 'trouble', message });
  const recorder = createTolerantRecorder({
    folder,
    streams: task.session.streams,
    onRefusal: (why) => trouble(`output is passed on but not recorded: ${why}`),
  });
  const diskSync = createDiskSync(folder);
  const backlog = createBacklog(folder, limits.maxUnscannedBytes);
  const redaction = createSessionRedaction({
    session: task.session,
    settings: settings.redaction,
    environment: process.env,
    folder,
    onRefusal: (why) => trouble(`secrets may be left in the recording, which cannot be overwritten: ${why}`),
    nowMs: () => performance.now(),
  });
  /** What comes next, when it cannot be read yet. */
  let held: Moment | undefined;
  let session: Session = {
    ...redaction.session(task.session),
    redacted: task.session.redacted !== false && settings.redaction.enabled,
  };
  let store: EventStore | undefined;
  let extraction: SessionExtraction | undefined;
  let isSetUp = false;
  let ended: ChildEnded | undefined;
  let lastCommitMs = performance.now();
  let storeRestsUntilMs = 0;
  let isStoreRefusing = false;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;
  /** The recording's clock, when it was told last, by our own; a clock on the wall may be set. And whether it was asked for. */
  let clockUs = 0;
  let clockToldAtMs = performance.now() - (Date.now() - Date.parse(task.session.startedAt));
  let isClockAsked = false;
  let clockTimer: { readonly id: NodeJS.Timeout; readonly nextUs: number } | undefined;
  let isStopNoted = true;
  let isFinishing = false;
  let role: RoleKeeper | undefined;
  /** False while this process is stopped, or about to be. */
  let mayServeNow = true;
  /** Done when the role was given up, if it was to be. */
  let resting: Promise<void> = Promise.resolve();
  let looks: Look[] = [];

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
  function record(first?: FromMain) {
    let chunks: ReadChunk[] = [];
    const append = () => {
      if (chunks.length === 0) return;
      const position = recorder.position;
      const recorded = recorder.record(chunks);
      diskSync.wrote();
      redaction.take(recorded);
      backlog.push(recorded, position);
      tell({ kind: 'settled', bytes: chunks.reduce((sum, { bytes }) => sum + bytes.length, 0) });
      chunks = [];
    };
    for (let message = first; message !== undefined; message = nextMessage(port)) {
      if (message.kind === 'chunks') {
        chunks = chunks.concat(message.chunks);
        continue;
      }
      append();
      if (message.kind === 'ended') ended = message;
      else if (message.kind === 'rest-role') {
        mayServeNow = false;
        resting = role?.rest() ?? resting;
      } else if (message.kind === 'begin-role') {
        mayServeNow = true;
        role?.begin();
      } else if (message.kind === 'clock') {
        tellClock(message);
        isClockAsked = false;
      } else if (message.kind === 'look') {
        tellClock(message);
        looks.push(message);
      } else {
        const { position } = recorder;
        const marks =
          message.kind === 'gap'
            ? recorder.miss(message.stream, message.length, message.timeUs)
            : recorder.mark(message);
        redaction.take(marks);
        backlog.push(marks, position);
        if (message.kind !== 'resize') redaction.release();
        if (message.kind === 'stopped') isStopNoted = false;
      }
    }
    append();
    if (ended) redaction.release();
  }

  /** Scans a slice of the backlog; true when there is more. */
  function scan(into: SessionExtraction): boolean {
    for (let scanned = 0; scanned < scanSliceBytes; ) {
      if (into.pendingEvents >= limits.maxBatchEvents) return true;
      const moment = held ?? backlog.next();
      held = moment && !redaction.isDecided(moment) ? moment : undefined;
      if (!moment || held) {
        into.wait(Math.min(clockUs, held?.timeUs ?? clockUs));
        return false;
      }
      into.take(moment);
      scanned += isChunk(moment) ? moment.bytes.length : 0;
    }
    return true;
  }

  function tellClock({ timeUs }: { readonly timeUs: number }) {
    clockUs = timeUs;
    clockToldAtMs = performance.now();
  }

  /** Only the main thread knows that nothing has come until now; it is asked when that may tell something. */
  function watchClock({ nextUs }: SessionExtraction) {
    if (nextUs === undefined || isClockAsked || ended) return;
    if (clockTimer !== undefined && clockTimer.nextUs <= nextUs) return;
    clearTimeout(clockTimer?.id);
    const waitMs = (nextUs - clockUs) / 1000 - (performance.now() - clockToldAtMs) + clockMarginMs;
    clockTimer = { id: setTimeout(askClock, Math.max(0, waitMs)), nextUs };
  }

  function askClock() {
    clockTimer = undefined;
    isClockAsked = true;
    tell({ kind: 'what-time' });
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
    if (isFinishing) return;
    if (ended && session.end === undefined) noteEnd(ended);
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
    if (held) schedule(patienceMs);
    else if (extraction) watchClock(extraction);
    if (isSetUp) answerLooks();
    if (isSetUp && !isStopNoted) {
      isStopNoted = true;
      void resting.then(() => tell({ kind: 'stop-noted' }));
    }
    if (session.end && isSetUp) {
      isFinishing = true;
      void finish(session.end, isStoreRefusing ? undefined : extraction);
    } else if (extraction?.isAhead === true) schedule(Math.max(restMs, limits.flushIntervalMs));
  }

  /** All that was handed over was scanned: this is how things stand. */
  function answerLooks() {
    for (const { id } of looks) {
      const sight = recorder.gapBytes.stdout > 0 ? undefined : extraction?.sight();
      tell({ kind: 'seen', id, ...(sight && { sight }) });
    }
    looks = [];
  }

  /** As soon as all is recorded: there may be no time to extract it, and whoever does that later must know. */
  function noteEnd({ ending, endedAt }: ChildEnded) {
    const redactions = Object.keys(redaction.counts).length > 0 && { redactions: redaction.counts };
    session = { ...session, end: { ending, endedAt, gapBytes: recorder.gapBytes, ...redactions } };
    saveSession();
  }

  async function finish(end: SessionEnd, extracted: SessionExtraction | undefined) {
    if (extracted) await finishExtraction(extracted, end);
    await role?.rest();
    if (store && !isStoreRefusing) {
      const { recoverInto } = await import('./recover.ts');
      // What fails with other sessions is no concern of this one's user; the commands that read tell it.
      await recoverInto(store, task.paths);
      const { pruneWhenDue } = await import('./prune-when-due.ts');
      const overAtMs = performance.now() + limits.pruneAtEndMs;
      await pruneWhenDue(task.paths, { isOver: () => performance.now() > overAtMs });
    }
    tell({ kind: 'done' });
  }

  async function finishExtraction(extracted: SessionExtraction, end: SessionEnd) {
    extracted.end(end);
    // The main thread decides how long this may take.
    settle(await untilNotBusy(() => extracted.finish()));
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
    complain(complaints);
    const { describeSession, openExtraction } = await import('./open-extraction.ts');
    const described = await describeSession(session, task.paths);
    session = { ...described.session, ...(session.end && { end: session.end }) };
    saveSession();
    complain(described.complaints);
    // What is wrong with a server is no trouble of the session.
    beginRole(settings).catch(() => undefined);
    const failOn = task.failOn ?? settings.failOn;
    const killAfterMs = task.killAfterMs ?? settings.killAfterMs;
    const opened = await openExtraction(session, described.packs, task.paths, {
      thresholds: settings,
      watch: {
        onVerdict(verdict) {
          if (failOn.includes(verdict.name)) tell({ kind: 'failing', verdict });
        },
        ...(killAfterMs !== undefined && { killAfterMs }),
        onKill: (verdict) => tell({ kind: 'kill', verdict }),
      },
      onKeyframe: createKeyframeWriter(folder),
      redaction,
    });
    if (opened.ok) ({ store, extraction } = opened.value);
    else trouble(opened.failure.message);
  }

  /** Nothing of the session waits for it. */
  async function beginRole({ serve: { enabled, port } }: Settings) {
    if (!task.mayServe || enabled === false) return;
    await sleep(roleDelayMs);
    const { createRoleKeeper } = await import('./role-keeper.ts');
    if (ended) return;
    role = createRoleKeeper({ paths: task.paths, port: port ?? defaultPort }, (why) => {
      if (enabled === true || port !== undefined) trouble(`programs are not served: ${why}`);
    });
    if (mayServeNow) role.begin();
  }

  function complain(about: readonly Complaint[]) {
    for (const { file, line, column, message } of about) trouble(`${file}:${line}:${column}: ${message}`);
  }

  port.on('message', (message: FromMain) => {
    record(message);
    schedule();
  });
  tell({ kind: 'control', level: settings.control });
  void setUp()
    .catch((error: unknown) => trouble(`nothing is extracted: ${String(error)}`))
    .finally(() => {
      isSetUp = true;
      schedule();
    });
}

async function readConfig(file: string): Promise<LoadedConfig> {
  if (!existsSync(file)) return { settings: defaultSettings, complaints: [] };
  const { loadConfig } = await import('./load-config.ts');
  return loadConfig(file);
}

function nextMessage(port: MessagePort): FromMain | undefined {
  const waiting: { message: FromMain } | undefined = receiveMessageOnPort(port);
  return waiting?.message;
}
