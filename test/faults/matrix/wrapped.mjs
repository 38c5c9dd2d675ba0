import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ridealong, usageOf } from '../../../bench/harness/processes.mjs';
import { endMarkIn, readLedger } from './ledger.mjs';

const agent = fileURLToPath(new URL('agent.mjs', import.meta.url));

export const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/**
 * Wraps an agent and reads what comes through, with the time at which it came.
 *
 * @param options.folder of this session's own, for the agent's ledger
 * @param options.launcher words before the wrapper's: what it runs under
 * @param options.owner of that folder, where the launcher makes it another user's
 * @param options.agentLauncher words before the agent's
 * @param options.lines on stdout per write, every `everyMs`, in `last` writes, or until it is told to end
 * @param options.signal kills the agent behind its last write
 */
export function wrap(options) {
  const { environment, folder, launcher = [], agentLauncher = [], owner } = options;
  const { lines = 4, everyMs = 4, last = Infinity, signal } = options;
  mkdirSync(folder, { recursive: true });
  if (owner !== undefined) chownSync(folder, owner, owner);
  const agentWords = [agent, folder, lines, everyMs, last, ...(signal === undefined ? [] : [signal])].map(String);
  const wrapper = [process.execPath, ridealong, '--agent', 'numbers', '--', ...agentLauncher, process.execPath];
  const [name, ...words] = [...launcher, ...wrapper, ...agentWords];
  const child = spawn(name, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const arrivals = [];
  const digest = createHash('sha256');
  let bytes = 0;
  let peakBytes = 0;
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    digest.update(chunk);
    arrivals.push({ atMs: nowMs(), bytes: (bytes += chunk.length) });
  });
  child.stderr.setEncoding('latin1').on('data', (text) => {
    stderr = (stderr + text).slice(-4096);
  });
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, usageOf(wrapperPid() ?? 0)?.peakBytes ?? 0);
  }, 50);
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signalName) => {
      clearInterval(sampling);
      resolve({ code, signal: signalName });
    });
  });

  /** The launcher becomes the wrapper, or (strace) starts it. */
  function wrapperPid() {
    if (launcher[0] !== 'strace') return child.pid;
    const [first] = textOf(`/proc/${child.pid}/task/${child.pid}/children`).split(' ');
    return first === '' ? undefined : Number(first);
  }

  return {
    folder,
    everyMs,
    arrivals,
    ended,
    get pid() {
      return wrapperPid();
    },
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    /** What came through: its length and SHA-256. To be asked once, at the end. */
    delivered: () => ({ bytes, digest: digest.digest('hex') }),
    get peakBytes() {
      return peakBytes;
    },
    /** What Ridealong itself had to say. */
    get complaints() {
      return stderr.split('\n').filter((line) => line.startsWith('ridealong: '));
    },
    /** Waits until so many bytes of the child's have come through, or it has ended. */
    async until(count) {
      while (bytes < count && !this.hasEnded) await pause(2);
    },
    kill(signalName) {
      const pid = wrapperPid();
      if (pid !== undefined && !this.hasEnded) process.kill(pid, signalName);
    },
    tellToEnd: () => writeFileSync(endMarkIn(folder), ''),
    /** Of what may be left of it. */
    killAll() {
      for (const pid of [child.pid, wrapperPid(), readLedger(folder)?.pid]) end(pid);
    },
  };
}

function end(pid) {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function textOf(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
