import { closeSync, futimesSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from './read-config.ts';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { isSystemError } from './domain/system-error.ts';

/** How long it is left alone after somebody of this user has looked; a little less than a server's minute. */
const leastIntervalMs = 50_000;

/** Whoever calls has better things to do than to wait for another process's lock. */
const lockPatienceMs = 50;

interface HouseKeeping {
  /** Asked between any two small steps; what is left then is for the next time. */
  readonly isOver: () => boolean;
  /** Whether there is time to pack recordings, too. */
  readonly packs?: boolean;
}

/** Prunes by the user's settings, unless somebody has just done so, which costs one look at a file. */
export async function pruneWhenDue(paths: Paths, how: HouseKeeping): Promise<Result<unknown, Failure>> {
  try {
    const isThere = statSync(paths.database, { throwIfNoEntry: false }) !== undefined;
    const pruned = isThere && takeTurn(paths) ? await pruneNow(paths, how) : ok(undefined);
    return !pruned.ok && pruned.failure.reason === 'database-busy' ? ok(undefined) : pruned;
  } catch (error) {
    // Errors without a code are bugs, not something about the files.
    if (!isSystemError(error)) throw error;
    return fail({ reason: 'recording-unwritable', message: `cannot prune: ${error.message}` });
  }
}

async function pruneNow(paths: Paths, { isOver, packs = false }: HouseKeeping): Promise<Result<unknown, Failure>> {
  const [{ openPruner }, { prune, reclaimSpace, whatToPrune }, { packRecordings }] = await Promise.all([
    import('./store/open-pruner.ts'),
    import('./prune.ts'),
    import('./pack-recordings.ts'),
  ]);
  const { settings, complaints } = await readConfig(paths.config);
  // Nobody's data is deleted by the defaults because there is a slip in what they wrote.
  if (complaints.length > 0) return ok(undefined);
  const opened = openPruner(paths.database, { lockPatienceMs });
  if (!opened.ok) return opened;
  const pruner = { paths, store: opened.value, isOver };
  try {
    const plan = whatToPrune(pruner, { retention: settings.retention, nowMs: Date.now() });
    if (!plan.ok) return plan;
    // What fails with one session keeps nobody from the rest.
    const outcomes: Result<unknown, Failure>[] = [];
    for await (const { outcome } of prune(plan.value, pruner)) outcomes.push(outcome);
    outcomes.push(await reclaimSpace(pruner));
    if (packs) outcomes.push(await packRecordings(pruner, Date.now()));
    return outcomes.find((outcome) => !outcome.ok) ?? ok(undefined);
  } finally {
    opened.value.close();
  }
}

/** True for one of all who ask within the interval, or for a few that ask at the same instant, which does no harm. */
function takeTurn({ data }: Paths): boolean {
  const stamp = join(data, 'pruned-at');
  const last = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const now = Date.now();
  // A time to come is one of a clock that was set back since.
  if (last <= now && now - last < leastIntervalMs) return false;
  const descriptor = openSync(stamp, 'a', 0o600);
  try {
    futimesSync(descriptor, now / 1000, now / 1000);
  } finally {
    closeSync(descriptor);
  }
  return true;
}
