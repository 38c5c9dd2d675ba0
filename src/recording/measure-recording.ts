import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../domain/system-error.ts';
import type { RecordingFolder } from './folder.ts';

const blockBytes = 512;

/** What a recording takes on the disk, in bytes, and when `session.json` was written last; zeros where there is none. */
export function measureRecording(folder: RecordingFolder): { bytes: number; arrivedMs: number } {
  const arrivedMs = statSync(folder.session, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return { bytes: sum(namesIn(folder.path).map((name) => bytesOnDisk(join(folder.path, name)))), arrivedMs };
}

/** Holes take none: `size` would tell too much. */
function bytesOnDisk(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * blockBytes;
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
