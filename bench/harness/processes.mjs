import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const ridealong = join(root, 'dist', 'ridealong.js');

/** Costs each start of Node some 36 ms; nothing here speaks TLS. */
delete process.env.NODE_EXTRA_CA_CERTS;

/** The path of a program that a baseline needs; undefined where it is not installed. */
export function programNamed(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** A folder for one trial, in memory where there is room, so that the disk is no part of what is measured. */
export function workFolder(name, neededBytes = 0) {
  const inMemory = '/dev/shm';
  let base = tmpdir();
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    if (bavail * bsize > neededBytes * 1.2) base = inMemory;
  } catch {
    // There is none.
  }
  const folder = mkdtempSync(join(base, `ridealong-bench-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An environment in which Ridealong begins with nothing, in this folder. */
export function freshEnvironment(folder) {
  const home = mkdtempSync(join(folder, 'home-'));
  mkdirSync(join(home, 'run'), { mode: 0o700 });
  return {
    ...process.env,
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_RUNTIME_DIR: join(home, 'run'),
  };
}

/** Runs a command to its end. @returns its time in ms; it fails where the command does */
export function timed(command, options = {}) {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], ...options });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(performance.now() - startMs);
      else reject(new Error(`${command.join(' ')} ended with ${signal ?? code}`));
    });
  });
}

/** One word of a shell's for each of these. */
export const inShell = (words) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

/** Processor time of a process that runs, and of its children that have ended, and memory, from /proc; undefined without. */
export function usageOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return {
      rssBytes: 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)[1]),
      peakBytes: 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)[1]),
      processorMs: 10 * (Number(fields[11]) + Number(fields[12])),
      childrenMs: 10 * (Number(fields[13]) + Number(fields[14])),
    };
  } catch {
    return undefined;
  }
}

/** How long the threads of a process have run that it has now; undefined where nobody counts. */
export function processorMsOf(pid) {
  try {
    const ofThread = (thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + ofThread(thread), 0);
  } catch {
    return undefined;
  }
}
