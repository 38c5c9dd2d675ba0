import { accessSync, constants } from 'node:fs';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import { isSystemError } from './domain/system-error.ts';
import type { ServeTask } from './serve-messages.ts';
import { type RoleNews, watchHolder } from './server/role-connection.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';
import { type ServingWorker, startServingWorker } from './serving-worker.ts';
import { type FileLock, openFileLock } from './store/file-lock.ts';

/** Keeps a server running for the user's programs, as long as some wrapper runs. */
export interface RoleKeeper {
  /** From now on the role is taken when nobody has it, and waited for while somebody has. */
  begin(): void;
  /** Gives up the role, or the waiting, until it is begun again. Clients are said goodbye to first, if there are any. */
  rest(): Promise<void>;
}

export interface RoleTimes {
  /** When to look again while another wrapper takes the role, or after a connection that was no sooner there than gone. */
  readonly retryMs: number;
  /** While the database can only be read. */
  readonly readOnlyMs: number;
  /** After a hand-over: its receiver is about to listen. */
  readonly handOverMs: number;
  /** Most that the goodbye may take. */
  readonly farewellMs: number;
}

const defaultTimes: RoleTimes = { retryMs: 50, readOnlyMs: 1000, handOverMs: 500, farewellMs: 750 };

/**
 * Of all wrappers that find the role free, the one that gets the lock loads a server, in a worker of its own. The
 * others have nothing but a connection to it, whose end tells them to try again.
 *
 * @param onTrouble is told why this wrapper cannot serve; it does not try again then
 */
export function createRoleKeeper(
  { paths, port }: Pick<ServeTask, 'paths' | 'port'>,
  onTrouble: (message: string) => void,
  times: RoleTimes = defaultTimes,
): RoleKeeper {
  let timer: NodeJS.Timeout | undefined;
  let place: { readonly lock: FileLock; readonly socket: string } | undefined;
  let holder: ReturnType<typeof watchHolder> | undefined;
  let serving: ServingWorker | undefined;
  let isLocked = false;
  /** Until it is over, the lock is that of what was begun before. */
  let resting: Promise<void> = Promise.resolve();
  let isWanted = false;
  let hasFailed = false;

  function contendIn(delayMs: number) {
    clearTimeout(timer);
    if (isWanted && !hasFailed) timer = setTimeout(() => guard(contend), delayMs);
  }

  function contend() {
    if (isReadOnly(paths.database)) {
      contendIn(times.readOnlyMs);
      return;
    }
    const opened = place ? ok(place) : openPlace(paths);
    if (!opened.ok) {
      giveUp(opened.failure.message);
      return;
    }
    place = opened.value;
    isLocked = place.lock.tryLock();
    if (!isLocked) {
      contendIn(times.retryMs);
      return;
    }
    const sinceMs = performance.now();
    holder = watchHolder(place.socket, (news) => guard(() => hear(news, sinceMs)));
  }

  function hear(news: RoleNews, sinceMs: number) {
    if (news === 'held') {
      unlock();
      return;
    }
    holder = undefined;
    if (news === 'gone') contendIn(performance.now() - sinceMs < times.retryMs ? times.retryMs : 0);
    else serve(news === 'stale');
  }

  function serve(recovers: boolean) {
    const isCurrent = () => serving === current;
    const current = startServingWorker(
      { paths, port, recovers },
      {
        onServing() {
          if (isCurrent()) unlock();
        },
        onEnd(end) {
          if (!isCurrent()) return;
          serving = undefined;
          unlock();
          if (end.kind === 'failed') giveUp(end.message);
          else contendIn(end.kind === 'taken' ? times.retryMs : times.handOverMs);
        },
      },
    );
    serving = current;
  }

  function unlock() {
    if (isLocked) place?.lock.unlock();
    isLocked = false;
  }

  /** We are in the thread that records: a bug here, or a lock file that is none, must not end it. */
  function guard(action: () => void) {
    try {
      action();
    } catch (error) {
      giveUp(String(error));
    }
  }

  function giveUp(message: string) {
    hasFailed = true;
    onTrouble(message);
  }

  return {
    begin() {
      if (isWanted) return;
      isWanted = true;
      void resting.then(() => contendIn(0));
    },
    rest() {
      isWanted = false;
      clearTimeout(timer);
      holder?.stop();
      holder = undefined;
      const ended = serving?.end(times.farewellMs) ?? Promise.resolve();
      serving = undefined;
      resting = ended.then(unlock);
      return resting;
    },
  };
}

/**
 * SQLite shares what it has opened of a database within a process: as long as a server reads it from a file system
 * that is read-only, the follower beside it cannot write to it, even when it could again.
 */
function isReadOnly(database: string): boolean {
  try {
    accessSync(database, constants.W_OK);
    return false;
  } catch (error) {
    return isSystemError(error, 'EROFS');
  }
}

function openPlace(paths: Paths): Result<{ lock: FileLock; socket: string }, Failure> {
  const files = prepareRuntimeFolder(paths.runtime);
  if (!files.ok) return files;
  const lock = openFileLock(files.value.lock);
  return lock.ok ? ok({ lock: lock.value, socket: files.value.socket }) : lock;
}
