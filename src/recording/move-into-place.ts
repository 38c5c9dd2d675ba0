import { renameSync } from 'node:fs';
import { isSystemError } from '../domain/system-error.ts';

/** Moves a whole recording among the others. False where the same one is there already. Throws the file system's error. */
export function moveIntoPlace(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}
