import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { type Stream, streams } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { unpackFile } from './pack-recording.ts';

/** Overwrites what must not stay in a recording, in place. */
export interface Scrubber {
  /** Puts these bytes in the place of as many at `offset`. Throws when the disk refuses. */
  overwrite(stream: Stream, offset: number, bytes: Uint8Array): void;
  close(): void;
}

/**
 * A scrubber of a recording, which may still be growing; its files are opened when there is something to overwrite, and
 * unpacked if they are packed.
 */
export function createScrubber(folder: RecordingFolder): Scrubber {
  const fds = new Map<Stream, number>();

  function fdOf(stream: Stream): number {
    let fd = fds.get(stream);
    if (fd === undefined) {
      unpackFile(folder.streams[stream]);
      // Not for appending: Linux would put the bytes at the end then, wherever they belong.
      fd = openSync(folder.streams[stream], constants.O_WRONLY | constants.O_NOFOLLOW);
      fds.set(stream, fd);
    }
    return fd;
  }

  return {
    overwrite(stream, offset, bytes) {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(fdOf(stream), bytes, written, bytes.length - written, offset + written);
      }
    },
    close() {
      for (const stream of streams) {
        const fd = fds.get(stream);
        if (fd !== undefined) closeSync(fd);
      }
      fds.clear();
    },
  };
}
