import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { execa } from 'execa';
import type { Stream } from '../domain/chunk.ts';
import { descriptors, openMirrorTerminal, openPipe } from './channel.ts';
import { createMonitor } from './monitor.ts';
import { nativePath } from './posix.ts';
import type { SpawnRequest, Spawned } from './spawned.ts';

/**
 * Starts the child in pipe mode: its stdin is ours, the very same object; its
 * stdout and stderr are a pipe each, or a terminal where ours is one. Where
 * our stdout and stderr are one object (`2>&1`), so are the child's: two would
 * lose the order in which it wrote.
 */
export function spawnPiped(request: SpawnRequest): Spawned {
  const [name] = request.command;
  const monitor = createMonitor(name);
  const open = (stream: Stream) =>
    request.mirrorTerminals && isatty(descriptors[stream]) ? openMirrorTerminal(stream) : openPipe(stream);
  const stdout = open('stdout');
  const stderr = isSameObject(1, 2) ? stdout : open('stderr');
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
    // A directory that was removed, or is out of reach, is still ours, but has no path.
    ...(process.platform === 'linux' ? { cwd: '/proc/self/cwd' } : {}),
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

/** Whether two descriptors lead to one pipe, file or terminal, where the order of what is written to both matters. */
function isSameObject(first: number, second: number): boolean {
  const [a, b] = [fstatSync(first), fstatSync(second)];
  const isNull = a.isCharacterDevice() && !isatty(first);
  return !isNull && a.dev === b.dev && a.ino === b.ino && a.rdev === b.rdev;
}
