import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../domain/system-error.ts';
import type { RecordingFolder } from './folder.ts';

/** Folders among the recordings that are being deleted. */
const removedPrefix = '.pruned-';

/** Deletes a recording so that nobody sees a part of it: it is gone with the first step. Throws the file system's error. */
export function removeRecording(recordings: string, { path }: RecordingFolder): void {
  const removed = join(recordings, `${removedPrefix}${process.pid}-${performance.now()}`);
  try {
    renameSync(path, removed);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  rmSync(removed, { recursive: true, force: true });
}

/** Deletes what was left by somebody who was killed in the middle of it. */
export function removeLeftovers(recordings: string): void {
  if (!existsSync(recordings)) return;
  for (const name of readdirSync(recordings)) {
    if (name.startsWith(removedPrefix)) rmSync(join(recordings, name), { recursive: true, force: true });
  }
}
