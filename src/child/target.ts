import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { posix } from './posix.ts';

/** Where bytes are written to. */
export interface Target {
  readonly fd: number;
  /** Writes as many as there is room for, which may be none, and tells how many; where that can be asked for. */
  readonly writeNow?: ((bytes: Uint8Array) => number) | undefined;
}

/** A {@link Target} of ours. */
export interface OpenTarget extends Target {
  /** The descriptor itself stays open: it is another's. */
  close(): void;
}

/** A descriptor that doesn't block. */
export function nonBlockingTarget(fd: number): Target {
  return { fd, writeNow: (bytes) => posix.writeNow(fd, bytes) };
}

/**
 * A descriptor that others may share, as something to write to. It stays as it is: a pipe or terminal is opened anew,
 * and only that does not block.
 */
export function openTarget(fd: number): OpenTarget {
  const kind = fstatSync(fd);
  if (kind.isSocket()) return { fd, writeNow: (bytes) => posix.sendNow(fd, bytes), close: () => undefined };
  const own = kind.isFIFO() || posix.isTerminal(fd) ? openAnew(fd) : undefined;
  if (own === undefined) return { fd, close: () => undefined };
  return { ...nonBlockingTarget(own), fd, close: () => closeSync(own) };
}

/** Undefined where no system call does that, and where it is forbidden: the terminal may be another user's. */
function openAnew(fd: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}
