import type { Batch } from './domain/batch.ts';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { EventStore, StoredProgress } from './domain/ports.ts';
import { type Result, fail, ok } from './domain/result.ts';
import type { Session } from './domain/session.ts';
import type { Pass } from './guard/stop-gate.ts';
import type { StorageGuard } from './guard/storage-guard.ts';
import { setAsideText, type Suspicion } from './probe-store.ts';
import { probeInThread } from './probe-in-thread.ts';
import { wasLeftOpen } from './store/damage.ts';
import { lastWritten } from './store/last-written.ts';
import { openStore } from './store/open-store.ts';
import { busyRetryMs } from './until-not-busy.ts';

/** How long a call waits for another process's lock: recording waits with it. */
const lockPatienceMs = 50;
/** Tries for a lock within this time are one: some of them are to take the better part of a second. */
const busyTryMs = 200;
/** How long to leave a store alone that has failed and may work the next time. */
const failedRetryMs = 300;
/** How often to see what others have done about the store. */
const lookIntervalMs = 1000;

/** A session's way into the store, which may fail, rest, and come back as another one. */
export interface GuardedStore extends Pick<EventStore, 'commit'> {
  /** Sees to it that the store is open with the session in it, let go of, or tried, as is due. */
  tend(): void;
  /** It is another one since the last commit: the next is `stale`. */
  readonly isAnother: boolean;
  /** How long nothing can be committed; 0 or less when it can be tried now. */
  readonly restMs: number;
  /**
   * Where to go on from when a batch was `stale`, because the store has not what it had: it was deleted, or built anew.
   * Undefined when the session is somebody else's now.
   */
  takeUp(): StoredProgress | undefined;
  /** The store, while it is open. */
  readonly open: EventStore | undefined;
  /** Ends what goes on beside the session. */
  close(): Promise<void>;
}

export interface GuardedStoreOptions {
  readonly paths: Paths;
  readonly guard: StorageGuard;
  readonly forcedMs: number;
  /** As it has begun. */
  readonly session: Session;
  readonly trouble: (message: string) => void;
  /** Calls what may write to the database. */
  readonly write: Pass;
  /** The store was tried. */
  readonly onProbed: () => void;
}

const resting = fail<Failure>({ reason: 'database-unreadable', message: 'nothing is stored now' });
const beingTried = fail<Failure>({ reason: 'database-busy', message: 'the store is being tried' });

export function createGuardedStore({
  paths,
  guard,
  forcedMs,
  session,
  trouble,
  write,
  onProbed,
}: GuardedStoreOptions): GuardedStore {
  let store: EventStore | undefined;
  /** The file at the path was once a database that we had open. */
  let isKnown = false;
  let isChecked = false;
  /** The file in which this session's events are, as far as they are committed. */
  let committedTo: string | undefined;
  /** What a store has that was opened, or filled, since the last commit. */
  let found: { readonly progress: StoredProgress; readonly isAnother: boolean } | undefined;
  let isProbing = false;
  let lookedAtMs = -Infinity;
  const threads = new Set<ReturnType<typeof probeInThread>>();
  let busySinceMs = -Infinity;
  let restsUntilMs = -Infinity;
  /** How the files stood when a lock was waited for in vain. */
  let written: string | undefined;

  function opened(): Result<EventStore, Failure> {
    if (store?.isCurrent() === true) return ok(store);
    const isLost = store !== undefined;
    letGo();
    if (!isChecked) {
      isChecked = true;
      const left = wasLeftOpen(paths.database);
      if (!left.ok) return left;
      if (left.value) {
        probe('left-open');
        return beingTried;
      }
    }
    const openedNow = openStore({ ...paths, lockPatienceMs });
    if (!openedNow.ok) return openedNow;
    store = openedNow.value;
    isKnown = true;
    return begun(store, isLost || (committedTo !== undefined && committedTo !== store.identity));
  }

  /** With the session's row, which a store that is another one does not have. */
  function begun(into: EventStore, isAnother: boolean): Result<EventStore, Failure> {
    const added = into.addSession(session);
    const stored = added.ok ? into.checkpointOf(session.id) : added;
    if (!stored.ok) {
      letGo();
      return stored;
    }
    if (stored.value !== undefined) found = { progress: stored.value, isAnother };
    return ok(into);
  }

  function commitNow(sessionId: string, batch: Batch): Result<'committed' | 'stale', Failure> {
    if (guard.mode() !== 'full') return resting;
    if (isProbing) return beingTried;
    const into = opened();
    if (!into.ok) return into;
    if (found !== undefined && (found.isAnother || !isAt(found.progress, batch))) return ok('stale');
    const outcome = into.value.commit(sessionId, batch);
    if (outcome.ok) found = undefined;
    if (outcome.ok || outcome.failure.reason !== 'session-not-found') return outcome;
    // A backup was restored that does not have it.
    const anew = begun(into.value, true);
    return anew.ok ? ok('stale') : anew;
  }

  function letGo() {
    try {
      store?.close();
    } catch {
      // It has failed before.
    }
    store = undefined;
  }

  /** We are in the thread that records: whatever is wrong with a database must not end it. */
  function guarded<Value>(action: () => Result<Value, Failure>): Result<Value, Failure> {
    let outcome: Result<Value, Failure>;
    try {
      outcome = write(action);
    } catch (error) {
      outcome = fail({
        reason: 'database-unreadable',
        fault: 'damaged',
        message: `the database fails: ${String(error)}`,
      });
    }
    // Whose lease is lost is not the store's fault.
    const isOurs = outcome === resting || outcome === beingTried;
    if (!outcome.ok && !isOurs && outcome.failure.reason !== 'lease-lost') note(outcome.failure);
    return outcome;
  }

  function note(failure: Failure) {
    const nowMs = performance.now();
    restsUntilMs = nowMs + (failure.reason === 'database-busy' ? busyRetryMs : failedRetryMs);
    if (failure.reason === 'database-busy') {
      if (nowMs - busySinceMs < busyTryMs) return;
      busySinceMs = nowMs;
      if (othersGetThrough()) return;
    }
    // What was ours when it was opened is no other program's now.
    const isLost = failure.reason === 'database-foreign' && isKnown;
    guard.failed(
      isLost ? { ...failure, fault: 'damaged', message: `the database ${paths.database} is damaged` } : failure,
    );
    letGoOrProbe();
  }

  /** Many who share a lock are no fault: it is only their turn. */
  function othersGetThrough(): boolean {
    const now = lastWritten(paths.database);
    if (now === undefined || now === written) return false;
    written = now;
    guard.worked();
    return true;
  }

  function letGoOrProbe() {
    if (guard.mode() !== 'full') letGo();
    if (guard.isProbeDue) probe();
  }

  function restMs(): number {
    return isProbing || guard.mode() !== 'full' ? lookIntervalMs : restsUntilMs - performance.now();
  }

  function probe(suspicion?: Suspicion) {
    if (isProbing) return;
    isProbing = true;
    const thread = probeInThread({ paths, suspicion, forcedMs }, (probed) => {
      isProbing = false;
      if (probed !== 'taken') {
        guard.probed(probed.ok ? undefined : probed.failure);
        if (probed.ok && probed.value.setAsideAs !== undefined) {
          trouble(setAsideText(paths.database, probed.value.setAsideAs));
        }
      }
      onProbed();
    });
    threads.add(thread);
  }

  return {
    commit(sessionId, batch) {
      const outcome = guarded(() => commitNow(sessionId, batch));
      if (outcome.ok && outcome.value === 'committed') {
        committedTo = store?.identity;
        guard.worked();
        busySinceMs = -Infinity;
      }
      return outcome;
    },
    tend() {
      letGoOrProbe();
      const nowMs = performance.now();
      if (restMs() > 0 || (store !== undefined && nowMs - lookedAtMs < lookIntervalMs)) return;
      lookedAtMs = nowMs;
      guarded(opened);
    },
    get isAnother() {
      return found?.isAnother === true;
    },
    get restMs() {
      return restMs();
    },
    takeUp() {
      const from = found?.progress;
      if (found) found = { ...found, isAnother: false };
      return from?.ended === true ? undefined : from;
    },
    get open() {
      return store;
    },
    async close() {
      await Promise.all([...threads].map((thread) => thread.end()));
      letGo();
    },
  };
}

function isAt({ checkpoint, ended }: StoredProgress, { from }: Batch): boolean {
  return !ended && checkpoint.stdout === from.stdout && checkpoint.stderr === from.stderr;
}
