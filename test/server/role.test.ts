import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { isStopped } from '../support/is-stopped.ts';
import { runRidealong } from '../support/ridealong.ts';
import { follow, type Message } from './support/running-server.ts';
import { freshHome, type Home, serveIn } from './support/serving-process.ts';
import { askOwn, echoingAgent, servedBy, servedIn, wrap, type Wrapper } from './support/wrappers.ts';

const holds =
  ({ pid }: Wrapper) =>
  (served: { pid: number }) =>
    served.pid === pid;
const says = (text: string) => (message: Message) => message['matched_value'] === `error: ${text}`;
const wrapperIn = (home: Home, options: readonly string[] = []) => wrap(home, echoingAgent, options);

/** A wrapper that serves, and one that waits for it. */
async function twoIn(home: Home): Promise<{ first: Wrapper; second: Wrapper }> {
  const first = wrapperIn(home);
  await servedBy(home, holds(first));
  const second = wrapperIn(home);
  return { first, second };
}

/** As `ps` tells it: proc(5). */

/** Each starts several processes, which take turns on a busy machine. */
const timeout = 60_000;

describe('the role', { timeout }, () => {
  it('is taken by the first wrapper, which serves the sessions of all', async () => {
    const home = freshHome();
    const { first, second } = await twoIn(home);
    const client = await follow(await servedBy(home), '/ws?since=0');
    second.process.stdin?.write('of the second\n');
    await client.message(says('of the second'));
    expect(servedIn(home)?.pid).toBe(first.pid);
  });

  it('passes to another wrapper when its holder ends, whose clients have all of its session and hear 1012', async () => {
    const home = freshHome();
    const { first, second } = await twoIn(home);
    const client = await follow(await servedBy(home), '/ws?since=0');
    first.process.stdin?.end('the last\n');
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server ends' });
    expect(client.messages.at(-1)).toMatchObject({ type: 'complete', pid: first.pid });
    expect(client.messages.some(says('the last'))).toBe(true);
    expect(await first.ended).toBe(0);

    const next = await follow(await servedBy(home, holds(second)), `/ws?since=${client.messages.at(-1)?.cursor}`);
    second.process.stdin?.end('live\n');
    await next.closed;
    expect(next.messages.filter(says('live'))).toHaveLength(1);
    expect(next.messages.some(says('the last'))).toBe(false);
  });

  it('leaves no process and no socket behind when the last wrapper ends, only the lock', async () => {
    const home = freshHome();
    const wrapper = wrapperIn(home);
    const { pid } = await servedBy(home);
    expect(pid).toBe(wrapper.pid);
    wrapper.process.stdin?.end();
    expect(await wrapper.ended).toBe(0);
    expect(readdirSync(home.paths.runtime)).toEqual(['serve.lock', 'sessions']);
    expect(readdirSync(join(home.paths.runtime, 'sessions'))).toEqual([]);
  });

  it('passes to another wrapper when its holder is killed', async () => {
    const home = freshHome();
    const { first, second } = await twoIn(home);
    first.process.kill('SIGKILL');
    const served = await servedBy(home, holds(second));
    // What the killed one left behind is extracted for those who follow.
    const client = await follow(served, '/ws?since=0&kinds=complete');
    await client.message(({ type, pid }) => type === 'complete' && pid === first.pid);
  });

  it('has one holder, whoever is in a hurry', async () => {
    const home = freshHome();
    const wrappers = [...Array(5).keys()].map(() => wrapperIn(home));
    const left = new Set(wrappers);
    while (left.size > 0) {
      const served = await servedBy(home, ({ pid }) => [...left].some((wrapper) => wrapper.pid === pid));
      const holder = wrappers.find(({ pid }) => pid === served.pid);
      if (holder === undefined) throw new Error('somebody else serves');
      expect(await askOwn(home, '/api/health')).toMatchObject({ pid: holder.pid });
      left.delete(holder);
      holder.process.kill('SIGKILL');
    }
  });

  it('is left to ridealong serve for as long as that runs', async () => {
    const home = freshHome();
    const wrapper = wrapperIn(home);
    const client = await follow(await servedBy(home, holds(wrapper)), '/ws');
    const serving = await serveIn(home);
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server ends' });
    expect(servedIn(home)?.pid).toBe(serving.pid);

    const next = await follow(serving, '/ws');
    wrapper.process.stdin?.write('still there\n');
    await next.message(says('still there'));
    const second = await runRidealong(['serve'], { env: home.environment });
    expect(second.stderr).toMatch(/^ridealong: a server is running already/);

    serving.process.kill('SIGTERM');
    await serving.ended;
    await servedBy(home, holds(wrapper));
  });

  it('is given up by a wrapper that is stopped, and taken again when it goes on', async () => {
    const home = freshHome();
    const first = wrap(
      home,
      `process.stdin.once('data', () => process.kill(process.pid, 'SIGSTOP')).on('end', () => 0)`,
    );
    await servedBy(home, holds(first));
    const second = wrapperIn(home);
    first.process.stdin?.write('x\n');
    await servedBy(home, holds(second));
    await vi.waitUntil(() => isStopped(first), { timeout });
    first.process.kill('SIGCONT');
    second.process.kill('SIGTERM');
    await servedBy(home, holds(first));
  });

  it.each([
    ['--no-serve', (home: Home) => wrapperIn(home, ['--no-serve'])],
    [
      'the config file',
      (home: Home) => {
        configure(home, 'serve: { enabled: false }');
        return wrapperIn(home);
      },
    ],
  ])('is not taken where %s says so', async (_, start) => {
    const home = freshHome();
    const silent = start(home);
    const serving = await serveIn(home);
    const client = await follow(serving, '/ws?since=0');
    silent.process.stdin?.write('recorded\n');
    await client.message(says('recorded'));
    serving.process.kill('SIGTERM');
    await serving.ended;
    silent.process.stdin?.end();
    expect(await silent.ended).toBe(0);
    expect(servedIn(home)).toBeUndefined();
  });

  it('begins at the port that the config file names', async () => {
    const home = freshHome();
    configure(home, 'serve: { port: 18951 }');
    wrapperIn(home);
    expect(Number((await servedBy(home)).host.split(':')[1])).toBeGreaterThanOrEqual(18_951);
  });
});

it('a server in trouble harms no session and says nothing', async () => {
  const home = freshHome();
  mkdirSync(join(home.paths.runtime, 'serve.sock'), { recursive: true });
  chmodSync(home.paths.runtime, 0o700);
  const print = `setTimeout(() => console.log('error: recorded'), 1500)`;
  const finished = await runRidealong([process.execPath, '-e', print], { env: home.environment });
  expect(finished).toEqual({ code: 0, signal: null, stdout: 'error: recorded\n', stderr: '' });
  const { stdout: events } = await runRidealong(['events', '--json'], { env: home.environment });
  expect(JSON.parse(events)).toHaveLength(1);
});

it('a client that does not read keeps no wrapper from ending', async () => {
  const home = freshHome();
  const wrapper = wrapperIn(home);
  const client = await follow(await servedBy(home), '/ws?since=0');
  client.socket.pause();
  wrapper.process.stdin?.end('one of many\n'.repeat(5_000));
  expect(await wrapper.ended).toBe(0);
  client.socket.terminate();
});

function configure({ paths }: Home, yaml: string): void {
  mkdirSync(dirname(paths.config), { recursive: true });
  writeFileSync(paths.config, `${yaml}\n`);
}
