import type { Ending } from '../domain/session.ts';
import { posix } from './posix.ts';

/** Ends this process as the child ended: with its exit code, or by its signal, so that a shell reads 128 + n. */
export function endLike(ending: Ending): never {
  switch (ending.kind) {
    case 'exited':
    case 'not-started':
      return posix.exit(ending.code);
    case 'killed':
      posix.dieOf(ending.signal);
      return posix.exit(128 + ending.signal);
    case 'unseen':
    case 'untold':
      return posix.exit(1);
  }
}
