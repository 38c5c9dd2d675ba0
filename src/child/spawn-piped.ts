import { fstatSync } from 'node:fs';
import type { Stream } from '../domain/chunk.ts';
import { descriptors, openMirrorTerminal, openPipe } from './channel.ts';
import { createMonitor } from './monitor.ts';
import { nativePath, posix } from './posix.ts';
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
    request.mirrorTerminals && posix.isTerminal(descriptors[stream]) ? openMirrorTerminal(stream) : openPipe(stream);
  const stdout = open('stdout');
  const stderr = isSameObject(1, 2) ? stdout : open('stderr');
  const channels = stderr === stdout ? [stdout] : [stdout, stderr];
  startMonitor(request, monitor, stdout.writeEnd, stderr.writeEnd);
  return {
    monitor,
    async outputs() {
      const { outputOfChannel } = await import('./output-of-channel.ts');
      return channels.map(outputOfChannel);
    },
    resize() {
      for (const channel of channels) channel.resize();
    },
  };
}

function startMonitor(
  { command, environment }: SpawnRequest,
  { control, status }: { readonly control: number; readonly status: number },
  stdout: number,
  stderr: number,
) {
  const path = nativePath('ridealong-monitor');
  const words = [path, `${control}`, `${status}`, 'pipe', '--', ...command];
  const settings = Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
  try {
    posix.spawn(path, words, settings, stdout, stderr, [control, status]);
  } catch {
    // The status pipe tells: nobody has its other end.
  }
}

/** Whether two descriptors lead to one pipe, file or terminal, where the order of what is written to both matters. */
function isSameObject(first: number, second: number): boolean {
  const [a, b] = [fstatSync(first), fstatSync(second)];
  const isNull = a.isCharacterDevice() && !posix.isTerminal(first);
  return !isNull && a.dev === b.dev && a.ino === b.ino && a.rdev === b.rdev;
}
