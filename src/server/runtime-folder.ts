import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** The files of a running server. */
export interface RuntimeFiles {
  readonly folder: string;
  /** Speaks the same HTTP as the port, to this user alone and without a token. */
  readonly socket: string;
  /** See `ServeFile`. */
  readonly serveFile: string;
  /** Whoever takes the role has this lock while it does. It stays behind. */
  readonly lock: string;
  /** Whoever tries a store that failed has this one. */
  readonly probeLock: string;
}

/** The files in this folder, which is made where it is missing and refused where anybody else may get in. */
export function prepareRuntimeFolder(folder: string): Result<RuntimeFiles, Failure> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Not what a link leads to: whoever set the link may lead it elsewhere.
    const stats = lstatSync(folder);
    if (!stats.isDirectory()) return unusable(folder, 'it is not a folder');
    if (stats.uid !== process.getuid?.()) return unusable(folder, 'it belongs to another user');
    if ((stats.mode & 0o077) !== 0) return unusable(folder, 'others may get in; chmod 700 mends it');
    const within = (name: string) => join(folder, name);
    return ok({
      folder,
      socket: within('serve.sock'),
      serveFile: within('serve.json'),
      lock: within('serve.lock'),
      probeLock: within('probe.lock'),
    });
  } catch (error) {
    return unusable(folder, (error as Error).message);
  }
}

function unusable(folder: string, why: string): Result<never, Failure> {
  return fail({ reason: 'runtime-unusable', message: `cannot use the runtime folder ${folder}: ${why}` });
}
