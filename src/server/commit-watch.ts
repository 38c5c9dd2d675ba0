import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** When to look again after something was written to the -wal file: a commit counts only after the disk has it. */
const delaysMs = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 8, 16, 32, 64];
/** How often to look when nothing was seen to be written; a look costs some 50 µs of CPU with its timer. */
const watchedMs = 100;
/** The same where files cannot be watched. */
const unwatchedMs = 10;

export interface CommitWatch {
  stop(): void;
}

/**
 * Calls `look` soon after any process may have committed to the database, and ever so often besides.
 *
 * @param look tells whether something new was there
 */
export function watchCommits(database: string, look: () => boolean): CommitWatch {
  let step = delaysMs.length;
  let timer: NodeJS.Timeout | undefined;
  const watcher = watchFolder(database, () => {
    if (step === 0) return;
    step = 0;
    schedule();
  });

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(tick, delaysMs[step] ?? (watcher.isWatching ? watchedMs : unwatchedMs));
  }

  function tick() {
    step = look() ? delaysMs.length : step + 1;
    schedule();
  }

  schedule();
  return {
    stop() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

/** The folder, because the -wal file comes and goes. */
function watchFolder(database: string, onWrite: () => void): { readonly isWatching: boolean; close(): void } {
  const walName = `${basename(database)}-wal`;
  let watcher: FSWatcher | undefined;
  const close = () => {
    watcher?.close();
    watcher = undefined;
  };
  try {
    watcher = watch(dirname(database), (_event, name) => {
      if (name === walName) onWrite();
    });
    watcher.on('error', close);
  } catch {
    // Too many are watched already, or the folder is not there: looking now and then finds it all the same.
  }
  return {
    get isWatching() {
      return watcher !== undefined;
    },
    close,
  };
}
