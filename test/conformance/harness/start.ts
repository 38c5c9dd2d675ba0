import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { posix } from '../../../src/child/posix.ts';
import { type Outlet, openPipeOutlet, openTerminalOutlet } from './outlet.ts';

/** What each standard stream of the command leads to. */
export interface Streams {
  readonly stdin: 'terminal' | 'pipe' | 'null';
  readonly stdout: 'terminal' | 'pipe';
  readonly stderr: 'terminal' | 'pipe';
}

/** What came of a command, byte for byte. */
export interface Outcome {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly terminal: Buffer;
  /** The terminal's settings afterwards, as `stty -g` tells them. */
  readonly settings: string;
  readonly settingsBefore: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A line that runs, with the hands of a user on it. */
export interface Run {
  readonly pid: number;
  readonly terminal: Outlet;
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  /** Where its stdout leads. */
  readonly output: Outlet;
  /** A folder of this run's own. */
  readonly home: string;
  type(keys: string): void;
  /** Writes to the stdin that is a pipe. */
  write(text: string): void;
  endStdin(): void;
  resize(columns: number, rows: number): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Outcome>;
  /** Takes away what is left of it. */
  cleanUp(): void;
}

export interface LineToRun {
  /** For bash, in a terminal's foreground; `$wrap` before a command wraps it. */
  readonly line: string;
  readonly wrapped: boolean;
  readonly streams: Streams;
  /** Emptied before the run. */
  readonly home: string;
  /** Besides what every run gets. */
  readonly environment?: NodeJS.ProcessEnv;
}

const programs = fileURLToPath(new URL('../programs', import.meta.url));
/** A bundle of this harness says itself where the checkout is. */
const root = process.env['RIDEALONG_ROOT'] ?? fileURLToPath(new URL('../../..', import.meta.url));

/** Runs the line in a new session whose controlling terminal is ours to look at and to type on. */
export function start({ line, wrapped, streams, home, environment = {} }: LineToRun): Run {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const [master, slave] = posix.openTerminal();
  const stty = (...words: string[]) =>
    execFileSync('stty', words, { stdio: [slave, 'pipe', 'pipe'], encoding: 'utf8' });
  stty('rows', '24', 'cols', '80');
  const settingsBefore = stty('-g').trim();
  const path = execFileSync('tty', { stdio: [slave, 'pipe', 'pipe'], encoding: 'utf8' }).trim();
  const terminal = openTerminalOutlet(master, slave);
  const [stdout, stderr] = [openPipeOutlet(), openPipeOutlet()];
  const [stdinEnd, stdinWriteEnd] = posix.pipe();
  const nothing = openSync('/dev/null', 'r');
  const prelude = join(home, 'prelude');
  const wrap = wrapped ? `${process.execPath} ${join(root, 'dist/ridealong.js')}` : '';
  writeFileSync(prelude, `wrap='${wrap}' prelude='${prelude}' PS1='ready> '\n`);

  const child = spawn('bash', ['-c', `: <> ${path}\n. "$0"\n${line}`, prelude], {
    cwd: home,
    env: {
      ...environment,
      PATH: `${programs}:${process.env['PATH'] ?? ''}`,
      HOME: home,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      NODE_EXTRA_CA_CERTS: undefined,
    },
    detached: true,
    stdio: [
      { terminal: slave, pipe: stdinEnd, null: nothing }[streams.stdin],
      { terminal: slave, pipe: stdout.writeEnd }[streams.stdout],
      { terminal: slave, pipe: stderr.writeEnd }[streams.stderr],
    ],
  });
  closeSync(stdinEnd);
  closeSync(nothing);
  let isStdinOpen = true;
  function endStdin() {
    if (isStdinOpen) closeSync(stdinWriteEnd);
    isStdinOpen = false;
  }
  let isCleanedUp = false;
  const pid = child.pid ?? 0;

  async function outcome(): Promise<Outcome> {
    const [code, signal] = await exit(child);
    const drained = await Promise.all([stdout.drain(), stderr.drain(), terminal.drain()]);
    const bytes = { stdout: drained[0], stderr: drained[1], terminal: drained[2] };
    return { ...bytes, settings: stty('-g').trim(), settingsBefore, code, signal };
  }

  return {
    pid,
    terminal,
    stdout,
    stderr,
    output: { terminal, pipe: stdout }[streams.stdout],
    home,
    type: (keys) => void writeSync(master, keys),
    write: (text) => void writeSync(stdinWriteEnd, text),
    endStdin,
    resize: (columns, rows) => void stty('rows', `${rows}`, 'cols', `${columns}`),
    kill: (signal) => void process.kill(pid, signal),
    ended: outcome(),
    cleanUp() {
      if (isCleanedUp) return;
      isCleanedUp = true;
      endStdin();
      for (const outlet of [stdout, stderr, terminal]) outlet.close();
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It is gone, as it should.
      }
    },
  };
}

function exit(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => resolve([code, signal]));
    child.on('error', reject);
  });
}
