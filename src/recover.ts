import { existsSync, readdirSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from './domain/chunk.ts';
import type { Paths } from './domain/config.ts';
import { type Failure, isDamage } from './domain/failure.ts';
import { defaultGuard, type ForcedMode } from './domain/mode.ts';
import type { EventStore } from './domain/ports.ts';
import { type Result, fail, ok } from './domain/result.ts';
import type { Session } from './domain/session.ts';
import { type RecordingFolder, isSessionId, recordingFolder } from './recording/folder.ts';
import { isWrapperRunning } from './recording/process-identity.ts';
import { isRecordedStill } from './recording/recorded-still.ts';
import { busyRetryMs } from './until-not-busy.ts';

/** A recording of another host that has not grown for so long is taken for abandoned. */
const foreignSilenceMs = 24 * 60 * 60 * 1000;

/** How long to wait for another process that tries the database, where it is known to be damaged. */
const probePatienceMs = 10_000;
/** Another process that extracts a session, and has committed nothing of it for so long, is gone. */
const elsewherePatienceMs = 2_000;
const elsewhereLookMs = 50;

export interface RecoverOptions {
  /** Asked between any two sessions; what is left then is for the next one who does it. */
  readonly isOver?: () => boolean;
  /** Whoever has read the database found it to be damaged. */
  readonly isDamaged?: boolean;
  /** Called before a session is extracted, with what of its recording is left to it. */
  readonly onExtract?: OnExtract | undefined;
}

type OnExtract = (sessionId: string, bytes: number) => void;

/**
 * Extracts what wrappers that are gone left behind in their recordings: from
 * the checkpoint of each, nothing twice, nothing missing. What another process
 * is at is waited for: whoever reads next is to see all of it.
 *
 * @returns what could not be recovered, and why
 */
export async function recover(
  paths: Paths,
  { isOver = () => false, isDamaged = false, onExtract }: RecoverOptions = {},
): Promise<Failure[]> {
  if (!existsSync(paths.recordings)) return [];
  const { readStorage, restingText } = await import('./storage-mode.ts');
  const { forced } = readStorage(paths);
  if (forced?.by === 'user' && forced.mode !== 'full') {
    return [{ reason: 'database-unreadable', message: restingText(forced) }];
  }
  const told = isDamaged ? await mend(paths, isDamaged) : await mendIfSuspect(paths, forced);
  const failures = await recoverNow(paths, { isOver, onExtract });
  if (!failures.some(isDamage)) return [...told, ...failures];
  // Some damage shows only when it is read.
  const mended = await mend(paths, true);
  return [...told, ...mended, ...(await recoverNow(paths, { isOver, onExtract }))];
}

async function recoverNow(paths: Paths, options: Pick<RecoverOptions, 'isOver' | 'onExtract'>): Promise<Failure[]> {
  const { openStore } = await import('./store/open-store.ts');
  const opened = openStore(paths);
  if (!opened.ok) return [opened.failure];
  try {
    return await recoverInto(opened.value, paths, { ...options, waits: true });
  } finally {
    opened.value.close();
  }
}

/** A database that was not closed the last time, or was found to be damaged since, is looked through first. */
async function mendIfSuspect(paths: Paths, forced: ForcedMode | undefined): Promise<Failure[]> {
  if (forced?.isDamage !== true) {
    const { wasLeftOpen } = await import('./store/damage.ts');
    const left = wasLeftOpen(paths.database);
    if (!left.ok) return [left.failure];
    if (!left.value) return [];
  }
  return mend(paths, false);
}

/** Looks it through, and sets it aside if it is damaged. @returns what there is to tell of it */
async function mend(paths: Paths, isDamaged: boolean): Promise<Failure[]> {
  const { probeStore, setAsideText } = await import('./probe-store.ts');
  const probe = () =>
    probeStore(paths, { suspicion: isDamaged ? 'damaged' : 'left-open', forcedMs: defaultGuard.forcedMs });
  let probed = probe();
  // Without it nothing can be read.
  for (const sinceMs = performance.now(); isDamaged && probed === 'taken'; probed = probe()) {
    if (performance.now() - sinceMs > probePatienceMs) break;
    await sleep(busyRetryMs);
  }
  if (probed === 'taken') return [];
  if (!probed.ok) return [probed.failure];
  const { setAsideAs } = probed.value;
  if (setAsideAs === undefined) return [];
  return [{ reason: 'database-unreadable', message: setAsideText(paths.database, setAsideAs) }];
}

interface RecoverIntoOptions extends Pick<RecoverOptions, 'isOver' | 'onExtract'> {
  /** Whether for what another process is at. */
  readonly waits?: boolean;
}

/** As {@link recover}, into a store that is open already. */
export async function recoverInto(
  store: EventStore,
  paths: Paths,
  { isOver = () => false, onExtract, waits = false }: RecoverIntoOptions = {},
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for await (const { sessionId, outcome } of recoveries(store, paths, onExtract)) {
    let last = outcome;
    while (waits && sessionId !== undefined && last.ok && last.value === 'elsewhere') {
      if (await isExtracted(store, sessionId)) break;
      last = await recoverSession(paths, store, sessionId, onExtract);
    }
    if (!last.ok) failures.push(last.failure);
    if (isOver()) break;
  }
  return failures;
}

/** Waits as long as another process extracts it. @returns whether it has done so to the end */
async function isExtracted(store: EventStore, sessionId: string): Promise<boolean> {
  let seen = -1;
  for (let sinceMs = performance.now(); performance.now() - sinceMs < elsewherePatienceMs; ) {
    const stored = store.checkpointOf(sessionId);
    // It may have been deleted.
    if (!stored.ok || stored.value === undefined || stored.value.ended) return true;
    const { stdout, stderr } = stored.value.checkpoint;
    if (stdout + stderr > seen) sinceMs = performance.now();
    seen = stdout + stderr;
    await sleep(elsewhereLookMs);
  }
  return false;
}

/** What became of a recording that the store does not have wholly. */
export interface Recovery {
  /** Undefined when it cannot even be told which there are. */
  readonly sessionId?: string;
  readonly outcome: Result<SessionRecovery, Failure>;
}

/** `elsewhere` when another process extracts it, and was faster. */
type SessionRecovery = 'recovered' | 'running' | 'elsewhere';

/** As {@link recoverInto}, one session after the other. */
export async function* recoveries(
  store: EventStore,
  paths: Paths,
  onExtract?: OnExtract,
): AsyncGenerator<Recovery, void> {
  const left = unfinishedSessions(paths, store);
  if (!left.ok) {
    yield { outcome: left };
    return;
  }
  for (const sessionId of left.value) {
    yield { sessionId, outcome: await recoverSession(paths, store, sessionId, onExtract) };
  }
}

function unfinishedSessions(paths: Paths, store: EventStore): Result<string[], Failure> {
  if (!existsSync(paths.recordings)) return ok([]);
  const ended = store.endedSessions();
  if (!ended.ok) return ended;
  let names: string[];
  try {
    names = readdirSync(paths.recordings).filter((name) => isSessionId(name) && !ended.value.has(name));
  } catch (error) {
    return fail({
      reason: 'recording-unreadable',
      message: `${paths.recordings} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
  // `session.json` is there before the first byte: without it, nothing was recorded.
  return ok(names.filter((name) => existsSync(recordingFolder(paths.recordings, name).session)).sort());
}

async function recoverSession(
  paths: Paths,
  store: EventStore,
  sessionId: string,
  onExtract: OnExtract | undefined,
): Promise<Result<SessionRecovery, Failure>> {
  const folder = recordingFolder(paths.recordings, sessionId);
  if (isRecordedStill(folder)) return ok('running');
  // Its wrapper may have ended well since we have asked which sessions have.
  const stored = store.checkpointOf(sessionId);
  if (!stored.ok) return stored;
  if (stored.value?.ended === true) return ok('recovered');
  const { readSessionFile } = await import('./recording/read-session-file.ts');
  const read = readSessionFile(folder);
  if (!read.ok) return read;
  const session = read.value;
  if (!isAbandoned(session, folder)) return ok('running');
  const { stdout, stderr } = stored.value?.checkpoint ?? { stdout: 0, stderr: 0 };
  onExtract?.(sessionId, Math.max(0, recordedBytes(folder) - stdout - stderr));
  return extractAgain(paths, store, session);
}

function recordedBytes(folder: RecordingFolder): number {
  return streams.reduce((sum, name) => sum + (statSync(folder.streams[name], { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Whether nobody writes the recording any more. Of a wrapper on another host (or in a container) only silence tells. */
function isAbandoned(session: Session, folder: RecordingFolder): boolean {
  // Asked again: the file may have been unreadable only because its wrapper was just writing it.
  if (session.host === hostname()) return !isWrapperRunning(session);
  if (session.end !== undefined) return true;
  return Date.now() - statSync(folder.timing).mtimeMs > foreignSilenceMs;
}

async function extractAgain(
  paths: Paths,
  store: EventStore,
  session: Session,
): Promise<Result<SessionRecovery, Failure>> {
  const { packsOfToday } = await import('./session-packs.ts');
  const { packs } = await packsOfToday(session);
  const { extractInto } = await import('./extract-recording.ts');
  const folder = recordingFolder(paths.recordings, session.id);
  const extracted = extractInto(store, { session, folder, packs });
  if (!extracted.ok) return extracted;
  return ok(extracted.value.outcome === 'stale' ? 'elsewhere' : 'recovered');
}
