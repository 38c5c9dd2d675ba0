import type { Stream } from '../domain/chunk.ts';
import { posix } from './posix.ts';

export const descriptors: Record<Stream, number> = { stdout: 1, stderr: 2 };

/** A way for an output stream of the child: it writes at one end, and what comes out at the other belongs to ours. */
export interface Channel {
  readonly stream: Stream;
  readonly kind: 'pipe' | 'terminal';
  readonly readEnd: number;
  readonly writeEnd: number;
  resize(): void;
}

/**
 * A real pipe. What Node calls a pipe is a socket pair, which a child can tell
 * (`test -p`) and cannot open again (`/dev/stdout`).
 */
export function openPipe(stream: Stream): Channel {
  const [readEnd, writeEnd] = posix.pipe();
  return { stream, kind: 'pipe', readEnd, writeEnd, resize: () => undefined };
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
  return { stream, kind: 'terminal', readEnd: master, writeEnd: slave, resize };
}
