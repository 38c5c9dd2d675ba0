import type { Ending } from '../domain/session.ts';
import { posix } from './posix.ts';

/** Ends this process as the child ended: with its exit code, or by its signal, so that a shell reads 128 + n. */
export function endLike(ending: Ending): never {
  const { signal, code } = endOf(ending);
  if (signal > 0) posix.dieOf(signal);
  return posix.exit(code);
}

/** {@link endLike} after so long, even though this thread should be held up by a disk that does not answer. */
export function endLikeAfter(ms: number, ending: Ending): void {
  const { signal, code } = endOf(ending);
  posix.endAfter(ms, signal, code);
}

/** The signal, unless it is 0, and the exit code where that does not kill. */
function endOf(ending: Ending): { readonly signal: number; readonly code: number } {
  switch (ending.kind) {
    case 'exited':
    case 'not-started':
      return { signal: 0, code: ending.code };
    case 'killed':
      return { signal: ending.signal, code: 128 + ending.signal };
    case 'unseen':
    case 'untold':
      return { signal: 0, code: 1 };
  }
}
