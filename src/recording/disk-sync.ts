import { closeSync, fdatasync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { RecordingFolder } from './folder.ts';

/** What was recorded is in the machine's memory alone for so long, at most, and as long as the disk needs then. */
const delayMs = 250;
/** A disk that needs longer than that is left alone for a while. */
const leastDelayMs = 100;

const dataSync = promisify(fdatasync);

/** Puts a growing recording on its disk every now and then, so that a power cut takes no more than the last of it. */
export interface DiskSync {
  /** Something was written to this file of it. Nobody waits for the disk. */
  wrote(path: string): void;
}

/** @param sync puts one file, or folder, on its disk */
export function createDiskSync({ path }: Pick<RecordingFolder, 'path'>, sync = syncFile): DiskSync {
  // That the files are there at all is in the folders.
  let due = new Set([dirname(path), path]);
  let isUnderWay = false;

  /** @param spentMs for how long something may be waiting already */
  function beDue(spentMs: number) {
    isUnderWay = true;
    setTimeout(() => void syncDue(), Math.max(leastDelayMs, delayMs - spentMs)).unref();
  }

  async function syncDue() {
    const startMs = performance.now();
    const paths = due;
    due = new Set();
    // One after the other: it is to take no more than one of the threads that Node has for files.
    for (const each of paths) await sync(each);
    if (due.size > 0) beDue(performance.now() - startMs);
    else isUnderWay = false;
  }

  return {
    wrote(file) {
      due.add(file);
      if (!isUnderWay) beDue(0);
    },
  };
}

/** What the disk refuses, the recorder is told as well; a file that is not there has lost nothing. */
async function syncFile(path: string): Promise<void> {
  try {
    // Only what may take long is waited for: a busy thread comes back to it late each time.
    const fd = openSync(path, 'r');
    await dataSync(fd).finally(() => closeSync(fd));
  } catch {
    // Nothing can be done about it here.
  }
}
