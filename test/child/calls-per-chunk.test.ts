import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshEnvironment, program } from '../support/ridealong.ts';
import { noStrace } from '../support/strace.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Calls {
  /** Of the thread that moves bytes. */
  readonly main: number;
  /** To our standard output, by any thread. */
  readonly writes: number;
}

/** The system calls of a wrapper whose child writes so many chunks, each when we have read the one before. */
async function callsFor(chunks: number): Promise<Calls> {
  const folder = temporaryFolder();
  const log = join(folder, 'calls');
  const traced = ['-f', '-qq', '-o', log, '-e', 'signal=none', process.execPath, program, '--no-serve', '--', 'cat'];
  const wrapper = spawn('strace', traced, { env: freshEnvironment(folder), stdio: ['pipe', 'pipe', 'inherit'] });
  for (let nth = 0; nth < chunks; nth += 1) {
    wrapper.stdin.write(`chunk ${nth}\n`);
    await once(wrapper.stdout, 'data');
  }
  wrapper.stdin.end();
  await once(wrapper, 'close');
  const calls = readFileSync(log, 'latin1')
    .split('\n')
    .flatMap((line) => {
      const [, thread = '', name = '', fd] = /^(\d+) +(\w+)\((\d+)?/.exec(line) ?? [];
      return name === '' ? [] : [{ thread, name, fd }];
    });
  const main = calls[0]?.thread;
  // The child and its monitor are other programs, not threads.
  const others = new Set(calls.flatMap(({ thread, name }) => (name === 'execve' && thread !== main ? [thread] : [])));
  return {
    main: calls.filter(({ thread }) => thread === main).length,
    writes: calls.filter(({ thread, name, fd }) => !others.has(thread) && /^(writev?|sendto)$/.test(name) && fd === '1')
      .length,
  };
}

describe.skipIf(noStrace !== '')(`a chunk that is passed on ${noStrace}`, () => {
  it('costs one write, and in the thread that moves it less than eight calls', async () => {
    // Both for so long that the follower has a thread of its own.
    const [few, many] = [1000, 2000];
    const fewCalls = await callsFor(few);
    const manyCalls = await callsFor(many);
    expect(manyCalls.writes - fewCalls.writes).toBe(many - few);
    // Some five: it waits, reads, writes, tells the follower, and hears now and then of what that has done.
    expect((manyCalls.main - fewCalls.main) / (many - few)).toBeLessThan(8);
  });
});
