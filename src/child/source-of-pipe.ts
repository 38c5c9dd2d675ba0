import { closeSync, readSync } from 'node:fs';
import { isSystemError } from '../domain/system-error.ts';
import type { ByteSource } from './byte-source.ts';
import { posix, type Watch } from './posix.ts';

/** As much as a pipe holds. */
const mostBytes = 64 * 1024;

/** Reads from our end of a pipe, and closes it at its end. */
export function sourceOfPipe(fd: number): ByteSource {
  let buffer = Buffer.allocUnsafeSlow(mostBytes);
  let watch: Watch | undefined;
  let isPaused = false;
  let end: () => void = () => undefined;

  /** `ended` as well when reading fails: an end like another. */
  function read(): Buffer | 'ended' | 'nothing' {
    let length: number;
    try {
      length = readSync(fd, buffer);
    } catch (error) {
      // Whoever else has the pipe open was faster.
      return isSystemError(error, 'EAGAIN') ? 'nothing' : 'ended';
    }
    if (length === 0) return 'ended';
    // Each chunk has memory of its own, which goes to the follower with it.
    const bytes = length === mostBytes ? buffer : Buffer.allocUnsafeSlow(length);
    if (bytes === buffer) buffer = Buffer.allocUnsafeSlow(mostBytes);
    else buffer.copy(bytes, 0, 0, length);
    return bytes;
  }

  return {
    start(onBytes, onEnd) {
      end = () => {
        if (watch === undefined) return;
        posix.endWatch(watch);
        watch = undefined;
        closeSync(fd);
        onEnd();
      };
      watch = posix.watch(fd, () => {
        const bytes = read();
        if (bytes === 'ended') end();
        else if (bytes !== 'nothing') onBytes(bytes);
      });
    },
    pause() {
      if (watch !== undefined && !isPaused) posix.pauseWatch(watch);
      isPaused = true;
    },
    resume() {
      if (watch !== undefined && isPaused) posix.resumeWatch(watch);
      isPaused = false;
    },
    close: () => end(),
  };
}
