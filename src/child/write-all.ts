import { writev } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './target.ts';

/** How long to wait before asking again whether a non-blocking descriptor takes bytes. */
const retryIntervalMs = 2;

/**
 * Writes all bytes, in order, without blocking this thread: as much as there is room for at once, and what is left in
 * another thread, which waits until its reader has taken it. That other thread alone takes three times as long, for
 * two threads have to be woken up.
 *
 * The descriptor is often shared with other programs, so it is never switched
 * to non-blocking; where another program did that, EAGAIN is waited out.
 *
 * @returns the error that kept the rest from being written, if any
 */
export async function writeAll(
  { fd, writeNow }: Target,
  buffers: readonly Uint8Array[],
): Promise<NodeJS.ErrnoException | undefined> {
  let rest = buffers.filter((buffer) => buffer.length > 0);
  if (writeNow) rest = afterWritingNow(writeNow, rest);
  while (rest.length > 0) {
    const outcome = await writeSome(fd, rest);
    if (typeof outcome === 'number') {
      rest = withoutFirst(rest, outcome);
    } else if (outcome.code === 'EAGAIN') {
      await sleep(retryIntervalMs);
    } else {
      return outcome;
    }
  }
  return undefined;
}

/** What is left when all was written that there is room for. If something is wrong, who waits for room is told. */
function afterWritingNow(writeNow: (bytes: Uint8Array) => number, buffers: readonly Uint8Array[]): Uint8Array[] {
  for (const [index, buffer] of buffers.entries()) {
    const written = writeNow(buffer);
    if (written < buffer.length) return withoutFirst(buffers.slice(index), written);
  }
  return [];
}

function writeSome(fd: number, buffers: readonly Uint8Array[]): Promise<number | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    writev(fd, buffers, null, (error, written) => resolve(error ?? written));
  });
}

function withoutFirst(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  return buffers.flatMap((buffer) => {
    const skipped = Math.min(left, buffer.length);
    left -= skipped;
    return skipped === buffer.length ? [] : [buffer.subarray(skipped)];
  });
}
