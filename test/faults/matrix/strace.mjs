import { readFileSync } from 'node:fs';
import { needs } from './needs.mjs';

export const noStrace = () => needs.linux() ?? needs.program('strace');

/**
 * Words before a command so that some of its system calls fail or wait. Only they are slowed down.
 *
 * @param call the system call
 * @param what as in strace(1): `error=EIO:when=3`; nothing is injected without it
 */
export const straced = (log, call, what) => [
  ...['strace', '-f', '--seccomp-bpf', '-qq', '-o', log, '-e', `trace=${call}`, '-e', 'signal=none'],
  ...(what === undefined ? [] : ['-e', `inject=${call}:${what}`]),
];

/** How many of the calls were made, and how many of those were tampered with. Threads count by themselves. */
export function readTrace(log) {
  const lines = readFileSync(log, 'latin1').split('\n');
  const calls = new Map();
  for (const line of lines) {
    const [, thread] = /^(\d+) +\w+\(/.exec(line) ?? [];
    if (thread !== undefined) calls.set(thread, (calls.get(thread) ?? 0) + 1);
  }
  const injected = lines.filter((line) => /\((INJECTED|DELAYED)\)/.test(line)).length;
  return { mostCalls: Math.max(0, ...calls.values()), injected };
}
