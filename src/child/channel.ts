import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import type { Stream } from '../domain/chunk.ts';
import { type ByteSource, sourceOf } from './byte-source.ts';
import { createEndMarker } from './end-marker.ts';
import { posix } from './posix.ts';
import type { Output } from './spawned.ts';

export const descriptors: Record<Stream, number> = { stdout: 1, stderr: 2 };

/** A way for an output stream of the child: it writes at one end, and what comes out at the other belongs to ours. */
export interface Channel {
  readonly output: Output;
  readonly writeEnd: number;
  resize(): void;
}

/**
 * A real pipe. What Node calls a pipe is a socket pair, which a child can tell
 * (`test -p`) and cannot open again (`/dev/stdout`).
 */
export function openPipe(stream: Stream): Channel {
  const [readEnd, writeEnd] = posix.pipe();
  const source = sourceOf(new Socket({ fd: readEnd, readable: true, writable: false }));
  return { output: outputOf(stream, source, writeEnd), writeEnd, resize: () => undefined };
}

/** A terminal like ours that is not the controlling one. */
export function openMirrorTerminal(stream: Stream): Channel {
  const ours = descriptors[stream];
  const [master, slave] = posix.openTerminal();
  const resize = () => posix.copyWindowSize(ours, slave);
  posix.setTermios(slave, posix.termios(ours));
  // The real terminal translates line feeds; twice would be once too often.
  posix.passOutput(slave);
  resize();
  return { output: outputOf(stream, sourceOf(new ReadStream(master)), slave), writeEnd: slave, resize };
}

function outputOf(stream: Stream, source: ByteSource, writeEnd: number): Output {
  return { stream, target: descriptors[stream], source, marker: createEndMarker(writeEnd), endsWithChild: false };
}
