import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { ReadStream, isatty } from 'node:tty';
import { execa } from 'execa';
import type { Stream } from '../domain/chunk.ts';
import { type ByteSource, sourceOf } from './byte-source.ts';
import { createEndMarker } from './end-marker.ts';
import { createMonitor } from './monitor.ts';
import { nativePath, posix } from './posix.ts';
import type { Output, SpawnRequest, Spawned } from './spawned.ts';

const descriptors: Record<Stream, number> = { stdout: 1, stderr: 2 };

/**
 * Starts the child in pipe mode: its stdin is ours, the very same object; its
 * stdout and stderr are a pipe each, or a terminal where ours is one.
 *
 * What Node calls a pipe is a socket pair, which a child can tell (`test -p`)
 * and cannot open again (`/dev/stdout`), so these are real ones. Where our
 * stdout and stderr are one object (`2>&1`), so are the child's: two would
 * lose the order in which it wrote.
 */
export function spawnPiped(request: SpawnRequest, options: { mirrorTerminals: boolean }): Spawned {
  const [name] = request.command;
  const monitor = createMonitor(name);
  const stdout = openChannel('stdout', options.mirrorTerminals);
  const stderr = isSameObject(1, 2) ? stdout : openChannel('stderr', options.mirrorTerminals);
  const channels = stderr === stdout ? [stdout] : [stdout, stderr];

  // In the monitor, the descriptors behind the standard ones are 3 and 4.
  const subprocess = execa(nativePath('ridealong-monitor'), ['3', '4', 'pipe', '--', ...request.command], {
    stdio: [
      'inherit',
      descriptor(stdout.writeEnd),
      descriptor(stderr.writeEnd),
      descriptor(monitor.control),
      descriptor(monitor.status),
    ],
    env: { ...request.environment },
    extendEnv: false,
    buffer: false,
    cleanup: false,
    reject: false,
    stripFinalNewline: false,
  });
  // Its failure shows in the status pipe.
  void subprocess.catch(() => undefined);

  return {
    monitor,
    outputs: channels.map((channel) => channel.output),
    resize() {
      for (const channel of channels) channel.resize();
    },
  };
}

/** execa takes any descriptor, though its types name only those up to 9. */
function descriptor(fd: number): 3 {
  return fd as 3;
}

interface Channel {
  readonly output: Output;
  readonly writeEnd: number;
  resize(): void;
}

function openChannel(stream: Stream, mirrorTerminals: boolean): Channel {
  const target = descriptors[stream];
  const isTerminal = mirrorTerminals && isatty(target);
  const [readEnd, writeEnd] = isTerminal ? posix.openTerminal() : posix.pipe();
  const resize = () => {
    if (isTerminal) posix.copyWindowSize(target, writeEnd);
  };
  if (isTerminal) {
    posix.setTermios(writeEnd, posix.termios(target));
    // The real terminal translates line feeds; twice would be once too often.
    posix.passOutput(writeEnd);
    resize();
  }
  const output = { stream, target, source: readingFrom(readEnd, isTerminal), marker: createEndMarker(writeEnd) };
  return { output, writeEnd, resize };
}

function readingFrom(fd: number, isTerminal: boolean): ByteSource {
  return sourceOf(isTerminal ? new ReadStream(fd) : new Socket({ fd, readable: true, writable: false }));
}

/** Whether two descriptors lead to one pipe, file or terminal, where the order of what is written to both matters. */
function isSameObject(first: number, second: number): boolean {
  const [a, b] = [fstatSync(first), fstatSync(second)];
  const isNull = a.isCharacterDevice() && !isatty(first);
  return !isNull && a.dev === b.dev && a.ino === b.ino && a.rdev === b.rdev;
}
