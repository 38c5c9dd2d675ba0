import { getHeapStatistics } from 'node:v8';
import { setTimeout as sleep } from 'node:timers/promises';
import { posix } from './child/posix.ts';
import { isChunk, type Moment, recordingStart } from './domain/chunk.ts';
import { type Settings, defaultPort, limits } from './domain/config.ts';
import type { Complaint } from './domain/failure.ts';
import type { StorageMode } from './domain/mode.ts';
import type { StoredProgress } from './domain/ports.ts';
import type { SessionEnd } from './domain/session.ts';
import type { ChildEnded, FollowerLink, FollowerTask, FromFollower, FromMain, Look } from './follower-messages.ts';
import { createPressure } from './guard/pressure.ts';
import type { Pass } from './guard/stop-gate.ts';
import type { ModeChange } from './guard/storage-guard.ts';
import { underLease } from './guard/under-lease.ts';
import type { GuardedStore } from './guarded-store.ts';
import type { LoadedConfig } from './load-config.ts';
import { openGuard } from './open-guard.ts';
import { readConfig } from './read-config.ts';
import { createBacklog } from './recording/backlog.ts';
import { createDiskSync } from './recording/disk-sync.ts';
import { recordingFolder } from './recording/folder.ts';
import { createRecordingLimit } from './recording/recording-limit.ts';
import { createKeyframeWriter } from './recording/keyframes.ts';
import type { ReadChunk } from './recording/recorder.ts';
import { createTolerantRecorder } from './recording/tolerant-recorder.ts';
import { writeSessionFile } from './recording/write-session-file.ts';
import type { RoleKeeper } from './role-keeper.ts';
import { createSessionClock } from './session-clock.ts';
import type { SessionExtraction } from './session-extraction.ts';
import { createSessionRedaction, patienceMs } from './session-redaction.ts';
import { untilNotBusy } from './until-not-busy.ts';

/*
 * The follower records what the main thread hands over, first of all, and
 * extracts events from the recording as fast as it can: in a worker, or in the
 * main thread when that has nothing else to do any more.
 */

/** Scanned between two looks at what the main thread has handed over. */
const scanSliceBytes = 256 * 1024;
/** Is recorded at once, at most: while it waits for more, a child must know that we get on. */
const recordSliceBytes = 1024 * 1024;

/** How often to see whether extraction may go on that rests for too much of it. */
const pressedMs = 250;

/** How often to try again to load what extraction needs. */
const setUpRetryMs = 250;

/** A line of the timing is short, and JSON may make six characters of one. */
const longestDeedReason = 100;

/** A session that is over by then has loaded nothing of a server. */
const roleDelayMs = 300;

/** A checkpoint without events is worth a commit only so often. */
const quietCommitIntervalMs = 1000;
/** How often to see what has become of the store, with nothing to record. */
const idleLookMs = 2000;

/**
 * The settings come first: they say what is no secret. Most users have none, and nothing waits for them.
 *
 * @param write calls what may write to the database
 * @returns when all is loaded, and the store opened: that takes longer than anything behind it, and nothing is recorded
 * meanwhile
 */
export async function follow(
  link: FollowerLink,
  task: FollowerTask,
  write: Pass = (action) => action(),
): Promise<void> {
  await followWith(link, task, write, await readConfig(task.paths.config));
}

function followWith(
  link: FollowerLink,
  task: FollowerTask,
  write: Pass,
  { settings, complaints }: LoadedConfig,
): Promise<void> {
  const folder = recordingFolder(task.paths.recordings, task.session.id);
  const tell = (message: FromFollower) => link.tell(message);
  const trouble = (message: string) => tell({ kind: 'trouble', message });
  const recorder = createTolerantRecorder({
    folder,
    streams: task.session.streams,
    onRefusal: (why) => trouble(`output is passed on but not recorded: ${why}`),
    onRenewal: renew,
    onAcceptance: () => saveSession(),
  });
  const diskSync = createDiskSync(folder);
  const { storage } = settings;
  const guard = openGuard(task.paths, {
    base: task.storageMode ?? storage.mode,
    forcedMs: storage.forcedMs,
    onChange: noteMode,
  });
  const pressure = createPressure(storage, () => performance.now(), notePressure);
  let limit = newLimit();
  let backlog = createBacklog(folder, limits.maxUnscannedBytes);
  let redaction = newRedaction();
  /** What comes next, when it cannot be read yet. */
  let held: Moment | undefined;
  const begun = redaction.session(task.session);
  let session = begun;
  let guarded: GuardedStore | undefined;
  let extraction: SessionExtraction | undefined;
  /** Undefined before all is there for it, and when somebody else extracts this session. */
  let extractFrom: ((stored?: StoredProgress) => SessionExtraction) | undefined;
  let scannedBytes = 0;
  let isSetUp = false;
  let ended: ChildEnded | undefined;
  let lastCommitMs = performance.now();
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;
  /** Only the main thread knows that nothing has come until now. */
  const clock = createSessionClock({ startedAt: task.session.startedAt, ask: () => tell({ kind: 'what-time' }) });
  let isStopNoted = true;
  let isFinishing = false;
  let role: RoleKeeper | undefined;
  /** False while this process is stopped, or about to be. */
  let mayServeNow = true;
  /** Done when the role was given up, if it was to be. */
  let resting: Promise<void> = Promise.resolve();
  let looks: Look[] = [];
  let renewed = 0;

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
    let bytes = 0;
    const isPassing = guard.mode() === 'passthrough';
    const append = () => {
      if (chunks.length === 0) return;
      if (isPassing) for (const chunk of chunks) recorder.pass(chunk);
      else take(() => recorder.record(chunks));
      tell({ kind: 'settled', bytes });
      chunks = [];
      bytes = 0;
    };
    for (let message = first; message !== undefined; message = link.next()) {
      if (message.kind === 'chunks') {
        chunks = chunks.concat(message.chunks);
        bytes += message.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
        if (bytes >= recordSliceBytes) append();
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
      } else if (message.kind === 'clock') clock.answered(message.timeUs);
      else if (message.kind === 'look') {
        clock.told(message.timeUs);
        looks.push(message);
      } else {
        if (isPassing) recorder.pass(message);
        else if (message.kind === 'gap') take(() => recorder.miss(message.stream, message.length, message.timeUs));
        else take(() => recorder.mark(message));
        if (message.kind !== 'resize') redaction.release();
        if (message.kind === 'stopped') isStopNoted = false;
      }
    }
    append();
    if (ended) redaction.release();
  }

  /** What was recorded is to be masked, and waits to be scanned. */
  function take(write: () => readonly Moment[]) {
    let { position } = recorder;
    const renewals = renewed;
    const recorded = write();
    diskSync.wrote(folder.timing);
    for (const moment of recorded) if (isChunk(moment)) diskSync.wrote(folder.streams[moment.stream]);
    // The files were new ones: it is at their start.
    if (renewed !== renewals) position = recordingStart;
    redaction.take(recorded);
    backlog.push(recorded, position);
  }

  /** Somebody has deleted the recording. It begins anew, with a gap for all that was in it. */
  function renew() {
    renewed += 1;
    backlog.close();
    redaction.close();
    backlog = createBacklog(folder, limits.maxUnscannedBytes);
    redaction = newRedaction();
    limit = newLimit();
    extractAnew();
    saveSession();
  }

  function newLimit() {
    return createRecordingLimit({
      folder,
      streams: task.session.streams,
      maxBytes: settings.maxRecordingBytes,
      punchHole: (...hole) => posix.punchHole(...hole),
      onRefusal: (why) => trouble(`the recording grows beyond its limit: ${why}`),
    });
  }

  function newRedaction() {
    return createSessionRedaction({
      session: task.session,
      settings: settings.redaction,
      environment: process.env,
      folder,
      onRefusal: (why) => trouble(`secrets may be left in the recording, which cannot be overwritten: ${why}`),
      nowMs: () => performance.now(),
    });
  }

  function noteMode({ from, to, forced }: ModeChange) {
    if (forced?.by === 'guard') trouble(`events are not stored now, but will be: ${forced.reason}`);
    if (from === 'passthrough') {
      recorder.begin();
      saveSession();
    }
    noteDeed(to, forced?.by ?? 'guard', forced?.reason ?? 'nothing is forced any more');
    schedule();
  }

  function notePressure(why: string | undefined) {
    noteDeed(why === undefined ? 'full' : 'record', 'guard', why ?? 'there is room again');
  }

  /** That storage goes on in another mode stands in the recording, and thus in the feed. */
  function noteDeed(mode: StorageMode, by: string, reason: string) {
    const deed = { command: 'mode', by, via: 'mode', mode, reason: reason.slice(0, longestDeedReason) };
    const mark = { kind: 'control', deed, timeUs: clock.nowUs() } as const;
    if (mode === 'passthrough' && !recorder.hasBegun) recorder.pass(mark);
    else take(() => recorder.mark(mark));
    redaction.release();
  }

  /** Whether it costs too much to go on with it now. When the child has ended, only memory counts. */
  function isUnderPressure(): boolean {
    const { stdout, stderr } = recorder.position.offsets;
    const recordedBytes = stdout + stderr;
    // To know the heap takes longer than many a session that says nothing.
    if (recordedBytes === 0) return false;
    const lagBytes = ended ? 0 : recordedBytes - scannedBytes;
    const heapBytes = getHeapStatistics().used_heap_size;
    return pressure.isTooMuch({ lagBytes, heapBytes, isStoring: guard.mode() === 'full' });
  }

  function extractAnew(stored?: StoredProgress) {
    held = undefined;
    scannedBytes = 0;
    extraction = extraction && extractFrom?.(stored);
  }

  /** Scans a slice of the backlog; true when there is more. */
  function scan(into: SessionExtraction): boolean {
    for (let scanned = 0; scanned < scanSliceBytes; ) {
      if (into.pendingEvents >= limits.maxBatchEvents) return true;
      const moment = held ?? backlog.next();
      held = moment && !redaction.isDecided(moment) ? moment : undefined;
      if (!moment || held) {
        into.wait(Math.min(clock.toldUs, held?.timeUs ?? clock.toldUs));
        return false;
      }
      into.take(moment);
      const bytes = isChunk(moment) ? moment.bytes.length : 0;
      scanned += bytes;
      scannedBytes += bytes;
    }
    return true;
  }

  function commitWhenDue(from: SessionExtraction, hasMore: boolean) {
    const sinceLastMs = performance.now() - lastCommitMs;
    const isCommitDue =
      guarded?.isAnother === true ||
      (from.pendingEvents > 0
        ? !hasMore || from.pendingEvents >= limits.maxBatchEvents || sinceLastMs >= limits.flushIntervalMs
        : from.isAhead && sinceLastMs >= quietCommitIntervalMs);
    if (isCommitDue) settle(from.commit());
  }

  function settle(outcome: ReturnType<SessionExtraction['commit']>) {
    lastCommitMs = performance.now();
    if (!outcome.ok || outcome.value !== 'stale') return;
    const stored = guarded?.takeUp();
    if (stored) {
      // What has taken the database may have taken the recording, too.
      recorder.begin();
      backlog.close();
      backlog = createBacklog(folder, limits.maxUnscannedBytes, true);
      extractAnew(stored);
      return;
    }
    // Somebody took this session for a dead one and extracts it; two would only be in each other's way.
    extraction = undefined;
    extractFrom = undefined;
  }

  function work() {
    isDue = false;
    timer = undefined;
    record(link.next());
    if (isFinishing) return;
    if (ended && session.end === undefined) {
      noteEnd(ended);
      tell({ kind: 'recorded' });
    }
    guarded?.tend();
    const isFull = guard.mode() === 'full';
    if (isFull) extraction ??= extractFrom?.();
    const current = isUnderPressure() ? undefined : extraction;
    const restMs = guarded?.restMs ?? 0;
    if (current) {
      const hasMore = scan(current);
      if (restMs <= 0) commitWhenDue(current, hasMore);
      // What cannot be stored to the last is left to the next one that runs.
      if (hasMore && (isFull || !ended)) {
        schedule(current.pendingEvents >= limits.maxBatchEvents ? restMs : 0);
        return;
      }
    }
    if (held) schedule(patienceMs);
    else if (extraction?.nextUs !== undefined && !ended) clock.askAfter(extraction.nextUs);
    if (isSetUp) answerLooks();
    if (isSetUp && !isStopNoted) {
      isStopNoted = true;
      void resting.then(() => tell({ kind: 'stop-noted' }));
    }
    if (ended && session.end && isSetUp) {
      isFinishing = true;
      void finish(ended, session.end, isFull ? current : undefined);
    } else if (current?.isAhead === true) schedule(Math.max(restMs, limits.flushIntervalMs));
    else if (restMs > 0 || (extraction && !current)) schedule(Math.max(restMs, pressedMs));
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
  function noteEnd({ ending, endedAt }: ChildEnded): SessionEnd {
    const redactions = Object.keys(redaction.counts).length > 0 && { redactions: redaction.counts };
    const gapBytes = {
      stdout: recorder.gapBytes.stdout + limit.droppedBytes.stdout,
      stderr: recorder.gapBytes.stderr + limit.droppedBytes.stderr,
    };
    const end = { ending, endedAt, gapBytes, ...redactions };
    session = { ...session, end };
    saveSession();
    return end;
  }

  async function finish(childEnded: ChildEnded, end: SessionEnd, extracted: SessionExtraction | undefined) {
    if (extracted) await finishExtraction(extracted, childEnded, end);
    await role?.rest();
    const store = guarded?.open;
    if (store && guard.mode() === 'full') {
      const { recoverInto } = await import('./recover.ts');
      // What fails with other sessions is no concern of this one's user; the commands that read tell it.
      await recoverInto(store, task.paths);
      const { pruneWhenDue } = await import('./prune-when-due.ts');
      const overAtMs = performance.now() + limits.pruneAtEndMs;
      await pruneWhenDue(task.paths, { isOver: () => performance.now() > overAtMs });
    }
    await guarded?.close();
    tell({ kind: 'done' });
  }

  async function finishExtraction(extracted: SessionExtraction, childEnded: ChildEnded, recordedEnd: SessionEnd) {
    let end = recordedEnd;
    if (limit.isExceeded(recorder.position.offsets)) {
      // What is dropped by a commit is told by the next one.
      settle(extracted.commit());
      end = noteEnd(childEnded);
    }
    extracted.end(end);
    // The main thread decides how long this may take.
    settle(await untilNotBusy(() => extracted.finish()));
    for (const { pattern, spentMs } of extracted.disabledPatterns()) {
      trouble(`pattern ${pattern} took ${Math.round(spentMs)} ms and was left out of the rest of this session`);
    }
  }

  function saveSession() {
    if (guard.mode() === 'passthrough') return;
    try {
      writeSessionFile(folder, session);
      diskSync.wrote(folder.session);
    } catch {
      // The recorder has told already what is wrong with this disk.
    }
  }

  /** Where all descriptors are in use nothing can be loaded, until some are free again. */
  async function setUpAtLast() {
    while (extractFrom === undefined) {
      const isLastTry = ended !== undefined;
      try {
        await setUp();
      } catch (error) {
        if (isLastTry) {
          trouble(`nothing is extracted: ${String(error)}`);
          break;
        }
        await sleep(setUpRetryMs);
      }
    }
    // What is wrong with a server is no trouble of the session.
    beginRole(settings).catch(() => undefined);
    isSetUp = true;
    schedule();
    // A child that is silent for hours must not keep us from what others found out, or did, about the store.
    setInterval(() => schedule(), idleLookMs).unref();
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function setUp() {
    saveSession();
    complain(complaints);
    const { describeSession } = await import('./describe-session.ts');
    const described = await describeSession(begun, task.paths);
    session = { ...described.session, ...(session.end && { end: session.end }) };
    saveSession();
    complain(described.complaints);
    const failOn = task.failOn ?? settings.failOn;
    const killAfterMs = task.killAfterMs ?? settings.killAfterMs;
    const [{ createGuardedStore }, { createSessionExtraction, nothingStored }] = await Promise.all([
      import('./guarded-store.ts'),
      import('./session-extraction.ts'),
    ]);
    const store = createGuardedStore({
      paths: task.paths,
      guard,
      forcedMs: storage.forcedMs,
      session: described.session,
      trouble,
      write,
      onProbed: () => schedule(),
    });
    const { lease } = described.session;
    const leased = lease && underLease(store, lease, trouble);
    const onKeyframe = createKeyframeWriter(folder);
    guarded = store;
    const told = new Set<string>();
    extractFrom = (stored = { ...nothingStored, ended: false }) =>
      createSessionExtraction({
        session: described.session,
        get packs() {
          return described.packs.load();
        },
        store: leased ?? store,
        stored,
        thresholds: settings,
        watch: {
          onVerdict(verdict) {
            // What is extracted anew is told no second time.
            if (failOn.includes(verdict.name) && !told.has(verdict.name)) tell({ kind: 'failing', verdict });
            told.add(verdict.name);
          },
          ...(killAfterMs !== undefined && { killAfterMs }),
          onKill: (verdict) => tell({ kind: 'kill', verdict }),
        },
        onKeyframe,
        redaction,
        // What is found under a lost lease is stored later, from the recording.
        onCommitted: (checkpoint) =>
          leased?.isLost === true ? [] : limit.enforce(recorder.position.offsets, checkpoint, clock.nowUs()),
      });
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

  if (guard.mode() !== 'passthrough') recorder.begin();
  link.listen((message) => {
    record(message);
    schedule();
  });
  tell({ kind: 'control', level: settings.control });
  return setUpAtLast();
}
