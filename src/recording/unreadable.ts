import type { Failure } from '../domain/failure.ts';
import { fail, type Result } from '../domain/result.ts';
import { isSystemError } from '../domain/system-error.ts';

/** @param path of a recording, or of a file of it */
export function unreadable(path: string, why: string): Failure {
  return { reason: 'recording-unreadable', message: `cannot read the recording ${path}: ${why}` };
}

/** Why it cannot be read; throws what is a bug. */
export function unreadableFor(path: string, error: unknown): Failure {
  if (!isSystemError(error)) throw error;
  return unreadable(path, error.code === 'ENOENT' ? 'it is not there any more' : error.message);
}

/** Reads from a recording; a failure where the disk, or what was packed, refuses. */
export function reading<Value>(path: string, read: () => Result<Value, Failure>): Result<Value, Failure> {
  try {
    return read();
  } catch (error) {
    return fail(unreadableFor(path, error));
  }
}
