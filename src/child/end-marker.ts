import { closeSync, constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { posix } from './posix.ts';

/**
 * Tells where the output of a child that has ended, or has stopped, ends.
 *
 * Nobody closes our copy of the write end, so a pipe or a terminal gives no end
 * of file; and a worker that the child left behind may hold it open for ever.
 * Instead, a random marker is written behind the child's last byte: when it
 * comes out again, everything before it was read.
 */
export interface EndMarker {
  /** Writes the marker. */
  write(): void;
  /**
   * The bytes without the marker, and whether it has come out as often as it was
   * written; what may be its beginning is held until the next call.
   */
  strip(bytes: Buffer): { readonly bytes: Buffer; readonly reached: boolean };
  /** Closes our copy of the write end. */
  close(): void;
}

/** For a source that ends by itself. */
export const noMarker: EndMarker = {
  write: () => undefined,
  strip: (bytes) => ({ bytes, reached: false }),
  close: () => undefined,
};

export function createEndMarker(writeEnd: number): EndMarker {
  // Letters and digits only: no terminal setting changes them.
  const marker = Buffer.from(`<${posix.randomBytes(24).toString('hex')}>`);
  let held: Buffer = Buffer.alloc(0);
  /** How many markers are still to come out. */
  let awaited = 0;
  let open = true;
  return {
    write() {
      if (!open) return;
      awaited += 1;
      if (writeAtOnce(writeEnd, marker)) return;
      // It may have to wait for room, and fails when nobody reads any more: both are fine.
      write(writeEnd, marker, () => undefined);
    },
    strip(read) {
      if (awaited === 0) return { bytes: read, reached: false };
      let bytes = held.length === 0 ? read : Buffer.concat([held, read]);
      held = Buffer.alloc(0);
      for (let at = bytes.indexOf(marker); at !== -1 && awaited > 0; at = bytes.indexOf(marker)) {
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + marker.length)]);
        awaited -= 1;
      }
      if (awaited === 0) return { bytes, reached: true };
      const end = bytes.length - beginningAtEnd(bytes, marker);
      held = bytes.subarray(end);
      return { bytes: bytes.subarray(0, end), reached: false };
    },
    close() {
      if (open) closeSync(writeEnd);
      open = false;
    },
  };
}

/**
 * Writes all, if there is room; false when nothing was written. To wait for room takes threads, which take longer to
 * start. A pipe takes so few bytes together or not at all, and how the child's own descriptors wait is left as it is.
 */
function writeAtOnce(fd: number, bytes: Buffer): boolean {
  try {
    if (!fstatSync(fd).isFIFO()) return false;
    const ours = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      return writeSync(ours, bytes) > 0;
    } finally {
      closeSync(ours);
    }
  } catch {
    return false;
  }
}

/** How many bytes at the end of `bytes` are the beginning of `marker`. */
function beginningAtEnd(bytes: Buffer, marker: Buffer): number {
  for (let length = Math.min(marker.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(marker.subarray(0, length))) return length;
  }
  return 0;
}
