import { constants, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { type IPty, spawn } from 'node-pty';
import type { ByteSource } from './byte-source.ts';
import { openPipe } from './channel.ts';
import { createEndMarker, type EndMarker } from './end-marker.ts';
import { createMonitor } from './monitor.ts';
import { outputOfChannel } from './output-of-channel.ts';
import { nativePath, posix } from './posix.ts';
import type { Output, SpawnRequest, Spawned } from './spawned.ts';
import { defaultTerminalSize } from './terminal-size.ts';

/**
 * Starts the child in terminal mode: in a terminal of its own, set and sized
 * like ours. Its stderr is a pipe where ours is no terminal (`2> errors.txt`).
 */
export function spawnTerminal(request: SpawnRequest): Spawned {
  const { command, environment } = request;
  const monitor = createMonitor(command[0]);
  const stderr = request.mirrorTerminals && !isatty(2) ? openPipe('stderr') : undefined;
  const settings = [...mendEnvironment(environment), ...(stderr ? [`stderr=${stderr.writeEnd}`] : [])];
  // node-pty hands on no descriptors, so these go the way of all that is inherited.
  for (const fd of [monitor.control, monitor.status, ...(stderr ? [stderr.writeEnd] : [])]) posix.inherit(fd);
  const terminal = spawn(
    nativePath('ridealong-monitor'),
    [`${monitor.control}`, `${monitor.status}`, 'terminal', ...settings, '--', ...command],
    {
      name: environment['TERM'] ?? 'xterm',
      cols: defaultTerminalSize.columns,
      rows: defaultTerminalSize.rows,
      cwd: '.',
      env: environment,
      encoding: null,
    },
  );
  const { master, slavePath } = inside(terminal);
  // While the slave side is open here, the master side never reports a hang-up with bytes still unread.
  const slave = openSync(slavePath, constants.O_RDWR | constants.O_NOCTTY);
  const ours = [0, 1, 2].find((fd) => isatty(fd));
  const resize = () => {
    if (ours !== undefined) posix.copyWindowSize(ours, slave);
  };
  if (ours !== undefined) posix.setTermios(slave, posix.termios(ours));
  resize();
  // The slave side stays open behind the last byte: the child's settings are asked for then.
  const marker: EndMarker = { ...createEndMarker(slave), close: () => undefined };
  const stdout: Output = {
    stream: 'stdout',
    target: 1,
    source: sourceOfTerminal(terminal),
    marker,
    endsWithChild: true,
  };
  return {
    monitor,
    outputs: () => Promise.resolve(stderr ? [stdout, outputOfChannel(stderr)] : [stdout]),
    resize,
    terminal: { master, slave },
  };
}

/** node-pty sets TERM and PWD whatever they were; the monitor sets them back. */
function mendEnvironment(environment: SpawnRequest['environment']): string[] {
  return ['TERM', 'PWD'].map((name) => {
    const value = environment[name];
    return value === undefined ? `unset=${name}` : `set=${name}=${value}`;
  });
}

/** The two properties of node-pty's Unix terminal that its types leave out. */
function inside(terminal: IPty): { master: number; slavePath: string } {
  const master: unknown = Reflect.get(terminal, 'fd');
  const slavePath: unknown = Reflect.get(terminal, 'ptsName');
  if (typeof master !== 'number' || typeof slavePath !== 'string') {
    throw new Error('this version of node-pty does not tell its descriptors');
  }
  return { master, slavePath };
}

function sourceOfTerminal(terminal: IPty): ByteSource {
  let stop: () => void = () => undefined;
  return {
    start(onBytes, onEnd) {
      const listening = terminal.onData((data: unknown) => {
        // Strings by its types, Buffers in fact: that is what `encoding: null` means.
        if (Buffer.isBuffer(data)) onBytes(data);
      });
      stop = () => {
        listening.dispose();
        onEnd();
      };
    },
    pause: () => terminal.pause(),
    resume: () => terminal.resume(),
    close: () => stop(),
  };
}
