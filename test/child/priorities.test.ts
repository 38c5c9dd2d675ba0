import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { freshEnvironment, startRidealong } from '../support/ridealong.ts';

/** How much a thread gives way to others, from its `stat` file; a process's is that of its first thread. */
function nicenessOf(stat: string): number {
  const behindName = readFileSync(stat, 'latin1').split(') ')[1] ?? '';
  return Number(behindName.split(' ')[16]);
}

describe.skipIf(process.platform !== 'linux')('the threads of a wrapper', () => {
  it('give way to the one that moves bytes, which is as the child is: like others', async () => {
    const words = ['--no-serve', '--', 'sh', '-c', 'echo $$; exec cat'];
    const wrapper = startRidealong(words, { env: freshEnvironment(), stdio: 'pipe' });
    const child = String((await once(wrapper.stdout ?? wrapper, 'data'))[0]).trim();
    const own = getPriority();
    const others = () =>
      readdirSync(`/proc/${wrapper.pid}/task`)
        .filter((thread) => thread !== String(wrapper.pid))
        .map((thread) => nicenessOf(`/proc/${wrapper.pid}/task/${thread}/stat`));
    // V8's helpers, and the follower as soon as it has a thread.
    const lessUrgent = [10, 5].map((niceness) => Math.min(19, own + niceness));
    await vi.waitFor(() => expect(others()).toEqual(expect.arrayContaining(lessUrgent)), { timeout: 20_000 });
    expect(nicenessOf(`/proc/${wrapper.pid}/stat`)).toBe(own);
    expect(nicenessOf(`/proc/${child}/stat`)).toBe(own);
    wrapper.stdin?.end();
    await once(wrapper, 'close');
  });
});
