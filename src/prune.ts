import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import type { Pruning } from './domain/retention.ts';
import { isSystemError } from './domain/system-error.ts';
import { planPruning, type PruningChoice } from './plan-pruning.ts';
import { recordingFolder } from './recording/folder.ts';
import { measureRecording } from './recording/measure-recording.ts';
import { isWrapperRunning } from './recording/process-identity.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import { removeLeftovers, removeRecording } from './recording/remove-recording.ts';
import type { SessionPruner } from './store/session-pruner.ts';

export interface Pruner {
  readonly paths: Paths;
  readonly store: SessionPruner;
  /** Asked between any two steps; what is left then is for the next time. */
  readonly isOver: () => boolean;
  /** Keeps a recording elsewhere before it is deleted. One for which that fails stays. */
  readonly archive?: (sessionId: string) => Result<void, Failure>;
}

/** What became of one session, or its recording. */
export interface Pruned {
  readonly pruning: Pruning;
  /** `later` when the time was over. */
  readonly outcome: Result<'pruned' | 'later', Failure>;
}

/** What is to go, by the limits. Looks at those recordings that nobody has looked at yet. */
export function whatToPrune(pruner: Pruner, choice: PruningChoice): Result<Pruning[], Failure> {
  const { store } = pruner;
  const measured = measureNewRecordings(pruner);
  if (!measured.ok) return measured;
  const ended = store.ended();
  if (!ended.ok) return ended;
  const use = store.use();
  return use.ok ? ok(planPruning(ended.value, use.value, choice)) : use;
}

function measureNewRecordings({ paths, store, isOver }: Pruner): Result<void, Failure> {
  const unmeasured = store.unmeasured();
  if (!unmeasured.ok) return unmeasured;
  for (const sessionId of unmeasured.value) {
    if (isOver()) break;
    const measured = store.measured(sessionId, measureRecording(recordingFolder(paths.recordings, sessionId)));
    if (!measured.ok) return measured;
  }
  return ok(undefined);
}

/**
 * Deletes sessions and recordings, one after the other. A recording goes before the rows: should we be killed in
 * between, its session is still there to be pruned, and nobody takes its recording for one that was never extracted.
 */
export async function* prune(plan: readonly Pruning[], pruner: Pruner): AsyncGenerator<Pruned> {
  removeLeftovers(pruner.paths.recordings);
  for (const pruning of plan) {
    if (pruner.isOver()) return;
    yield { pruning, outcome: await pruneOne(pruning, pruner) };
  }
}

async function pruneOne({ session, what }: Pruning, pruner: Pruner): Promise<Pruned['outcome']> {
  const { sessionId } = session;
  const removed = removeIfDead(sessionId, pruner);
  if (!removed.ok) return removed;
  // Should we be killed before this, it is taken for one that is there, and pruned once more.
  const noted = pruner.store.recordingPruned(sessionId, Date.now());
  if (!noted.ok) return noted;
  return what === 'session' ? deleteSession(sessionId, pruner) : ok('pruned');
}

function removeIfDead(sessionId: string, { paths, archive }: Pruner): Result<void, Failure> {
  const folder = recordingFolder(paths.recordings, sessionId);
  if (!existsSync(folder.path)) return ok(undefined);
  const session = readSessionFile(folder);
  if (session.ok && session.value.end === undefined && isWrapperRunning(session.value)) {
    return fail({ reason: 'session-running', message: `${sessionId} still runs; it is left alone` });
  }
  const archived = archive?.(sessionId);
  if (archived?.ok === false) return archived;
  try {
    removeRecording(paths.recordings, folder);
    return ok(undefined);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail({ reason: 'recording-unwritable', message: `cannot delete a recording: ${error.message}` });
  }
}

/** How many transactions lie between two checkpoints. */
const transactionsPerCheckpoint = 16;

async function deleteSession(sessionId: string, { store, isOver }: Pruner): Promise<Pruned['outcome']> {
  const deletion = store.deletionOf(sessionId);
  for (let transactions = 1; ; transactions += 1) {
    const step = await gently(() => deletion.step());
    if (!step.ok) return step;
    if (step.value === 'done') return ok('pruned');
    if (transactions % transactionsPerCheckpoint === 0) {
      const done = await gently(() => store.checkpoint());
      if (!done.ok) return done;
    }
    if (isOver()) return ok('later');
  }
}

/** Gives space back to the file system, a little at a time, until there is none to give or somebody has said so. */
export async function reclaimSpace({
  store,
  isOver,
}: Pick<Pruner, 'store' | 'isOver'>): Promise<Result<void, Failure>> {
  let steps = 0;
  while (!isOver()) {
    const pages = store.reclaimablePages();
    if (!pages.ok) return pages;
    if (pages.value === 0) break;
    const reclaimed = await gently(() => store.reclaimSome());
    if (!reclaimed.ok) return reclaimed;
    steps += 1;
    if (steps % transactionsPerCheckpoint === 0) {
      const done = await gently(() => store.checkpoint());
      if (!done.ok) return done;
    }
  }
  return steps === 0 ? ok(undefined) : store.checkpoint();
}

/** Most of the time the lock must be free: who waits for it asks again only every few milliseconds. */
const restPerWork = 3;
const leastRestMs = 8;

/** Does one small thing, and then rests for longer than that took. */
async function gently<Value>(step: () => Value): Promise<Value> {
  const startMs = performance.now();
  const value = step();
  await sleep(Math.max(leastRestMs, restPerWork * (performance.now() - startMs)));
  return value;
}
