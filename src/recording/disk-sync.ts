import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { streams } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';

/** What was recorded is in the machine's memory alone for so long, at most, and as long as the disk needs then. */
const delayMs = 500;
/** A disk that needs longer than that is left alone for a while. */
const leastDelayMs = 100;

/** Puts a growing recording on its disk every now and then, so that a power cut takes no more than the last of it. */
export interface DiskSync {
  /** Something was recorded. Nobody waits for the disk. */
  wrote(): void;
}

/** @param sync puts one file, or folder, on its disk */
export function createDiskSync({ path, session, timing, streams: logs }: RecordingFolder, sync = syncFile): DiskSync {
  const files = [session, timing, ...streams.map((stream) => logs[stream])];
  // That the files are there at all is in the folders.
  let paths = [dirname(path), path, ...files];
  let state: 'clean' | 'due' | 'syncing' | 'syncing-and-due' = 'clean';

  /** @param spentMs for how long something may be waiting already */
  function beDue(spentMs: number) {
    state = 'due';
    setTimeout(() => void syncAll(), Math.max(leastDelayMs, delayMs - spentMs)).unref();
  }

  async function syncAll() {
    state = 'syncing';
    const startMs = performance.now();
    // One after the other: it is to take no more than one of the threads that Node has for files.
    for (const each of paths) await sync(each);
    paths = files;
    if (isDueAgain()) beDue(performance.now() - startMs);
    else state = 'clean';
  }

  const isDueAgain = () => state === 'syncing-and-due';

  return {
    wrote() {
      if (state === 'clean') beDue(0);
      else if (state === 'syncing') state = 'syncing-and-due';
    },
  };
}

/** What the disk refuses, the recorder is told as well; a file that is not there has lost nothing. */
async function syncFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'r');
    await file.datasync().finally(() => file.close());
  } catch {
    // Nothing can be done about it here.
  }
}
