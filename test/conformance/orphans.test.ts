import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { begin, inPipes, inTerminal } from './harness/conform.ts';
import type { Streams } from './harness/start.ts';

/** How long a child may outlive a wrapper that was killed. */
const graceMs = 6000;

const children = {
  idle: 'exec sleep 60',
  reading: 'exec cat',
  writing: 'exec yes',
  'ignoring HUP and TERM': `trap '' HUP TERM INT; while :; do sleep 1; done`,
  stopped: 'kill -STOP \\$\\$; exec cat',
};

describe('a child whose wrapper was killed by SIGKILL is gone within 6 s', () => {
  it.each([
    ['pipes', { ...inPipes, stdin: 'pipe' } satisfies Streams],
    ['a terminal', inTerminal],
  ])(
    'with %s, whatever it does',
    async (_mode, streams) => {
      const gone = await Promise.all(
        Object.entries(children).map(async ([what, script]) => [what, await isGoneWithItsWrapper(script, streams)]),
      );
      expect(Object.fromEntries(gone)).toEqual(Object.fromEntries(Object.keys(children).map((what) => [what, true])));
    },
    60_000,
  );
});

async function isGoneWithItsWrapper(script: string, streams: Streams): Promise<boolean> {
  const run = begin({ line: `exec $wrap sh -c "echo pid \\$\\$ .; ${script}"`, streams, wrapped: true });
  await run.output.shows(' .');
  const pid = Number(/pid (\d+) \./.exec(run.output.text())?.[1]);
  expect(isRunning(pid)).toBe(true);
  run.kill('SIGKILL');
  const deadline = performance.now() + graceMs;
  while (isRunning(pid) && performance.now() < deadline) await pause(50);
  return !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
