import type { Paths } from './domain/config.ts';
import { type Failure, isDamage } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import { afterFailure, afterSuccess, type GuardState } from './guard/guard-state.ts';
import { openModeFile } from './guard/mode-file.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';
import { findDamage } from './store/damage.ts';
import { type FileLock, openFileLock } from './store/file-lock.ts';
import { openStore } from './store/open-store.ts';
import { setAside } from './store/set-aside.ts';

/** Longer than any commit; a database that is locked for longer is as good as one that fails. */
const lockPatienceMs = 1000;
const clock = { nowMs: Date.now, random: Math.random };

/** The store works. */
export interface Mended {
  /** Where a damaged database is now; its place has one that is to be filled from the recordings. */
  readonly setAsideAs?: string;
}

/** Why the whole database is looked through first: it was not closed the last time, or somebody found it damaged. */
export type Suspicion = 'left-open' | 'damaged';

/** `taken` while another process tries it. */
export type Probed = Result<Mended, Failure> | 'taken';

/**
 * Tries the store, and tells all others what came of it. One process of all at a time. A database that is damaged is
 * set aside, and an empty one put in its place.
 */
export function probeStore(
  paths: Paths,
  { suspicion, forcedMs }: { readonly suspicion: Suspicion | undefined; readonly forcedMs: number },
): Probed {
  const folder = prepareRuntimeFolder(paths.runtime);
  // Where nobody can be told, and no lock be had, it is tried all the same.
  const file = folder.ok ? openModeFile(folder.value.folder) : undefined;
  const lock = folder.ok ? lockOf(folder.value.probeLock) : undefined;
  if (lock?.tryLock() === false) {
    lock.close();
    return 'taken';
  }
  const update = (change: (state: GuardState) => GuardState) => file?.write(change(file.read()));
  try {
    const known = file?.read().forced?.isDamage === true ? 'damaged' : suspicion;
    update((state) => ({ ...state, prober: { pid: process.pid, sinceMs: Date.now() } }));
    const mended = mend(paths, known);
    update((state) => ({
      ...(mended.ok ? afterSuccess(state, clock) : afterFailure(state, mended.failure, forcedMs, clock)),
      prober: undefined,
    }));
    return mended;
  } finally {
    lock?.unlock();
    lock?.close();
  }
}

function lockOf(path: string): FileLock | undefined {
  const opened = openFileLock(path);
  return opened.ok ? opened.value : undefined;
}

function mend(paths: Paths, suspicion: Suspicion | undefined): Result<Mended, Failure> {
  // What was found to be damaged has its indexes, too, compared with what they index.
  const isThorough = suspicion === 'damaged';
  const found = suspicion === undefined ? ok({}) : setAsideIfDamaged(paths, isThorough);
  if (!found.ok) return found;
  const tried = tryOut(paths);
  if (tried.ok) return found;
  return isDamage(tried.failure) && !isThorough ? mend(paths, 'damaged') : tried;
}

function setAsideIfDamaged({ database }: Paths, isThorough: boolean): Result<Mended, Failure> {
  const damage = findDamage(database, isThorough);
  if (!damage.ok) return damage;
  if (damage.value === undefined) return ok({});
  const moved = setAside(database, new Date());
  return moved.ok ? ok({ setAsideAs: moved.value }) : moved;
}

function tryOut(paths: Paths): Result<void, Failure> {
  const opened = openStore({ ...paths, lockPatienceMs });
  if (!opened.ok) return opened;
  try {
    return opened.value.tryOut();
  } finally {
    opened.value.close();
  }
}

/** For the user, once. */
export function setAsideText(database: string, setAsideAs: string): string {
  return `the database ${database} was damaged; it is now ${setAsideAs}, and a new one is built from the recordings`;
}
