import type { Readable } from 'node:stream';

/** Bytes that come in by themselves, until paused. */
export interface ByteSource {
  /** Called once; `onEnd` comes after the last bytes, also when reading failed. */
  start(onBytes: (bytes: Buffer) => void, onEnd: () => void): void;
  pause(): void;
  resume(): void;
  /** Stops reading; whoever writes at the other end learns that nobody listens. `onEnd` follows. */
  close(): void;
}

export function sourceOf(readable: Readable): ByteSource {
  return {
    start(onBytes, onEnd) {
      readable.on('data', onBytes);
      // The other end of a terminal says that it is gone by EIO: an end like another.
      readable.on('error', () => undefined);
      readable.on('close', onEnd);
    },
    pause: () => void readable.pause(),
    resume: () => void readable.resume(),
    close: () => void readable.destroy(),
  };
}
