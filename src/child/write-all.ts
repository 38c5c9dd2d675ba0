import { writev } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait before asking again whether a non-blocking descriptor takes bytes. */
const retryIntervalMs = 2;

/**
 * Writes all bytes, in order, without blocking this thread.
 *
 * The descriptor is often shared with other programs, so it is never switched
 * to non-blocking; where another program did that, EAGAIN is waited out.
 *
 * @returns the error that kept the rest from being written, if any
 */
export async function writeAll(fd: number, buffers: readonly Uint8Array[]): Promise<NodeJS.ErrnoException | undefined> {
  let rest = buffers.filter((buffer) => buffer.length > 0);
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
