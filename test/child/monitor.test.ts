import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChildNews } from '../../src/child/child-news.ts';
import { createMonitor } from '../../src/child/monitor.ts';
import { nativePath } from '../../src/child/posix.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Starts the real monitor in a process group of its own, and gathers what it tells. */
function monitored(command: readonly [string, ...string[]], options: readonly string[] = []) {
  const monitor = createMonitor(command[0]);
  const words = ['3', '4', 'pipe', ...options, '--', ...command];
  const watcher = spawn(nativePath('ridealong-monitor'), words, {
    stdio: ['ignore', 'pipe', 'inherit', monitor.control, monitor.status],
    detached: true,
  });
  const news: ChildNews[] = [];
  monitor.begin((one) => news.push(one));
  let output = '';
  watcher.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const over = new Promise<void>((resolve) => watcher.on('exit', () => resolve()));
  onTestFinished(() => {
    monitor.release();
    return over;
  });
  return {
    monitor,
    watcher,
    over,
    news,
    ended: () => vi.waitUntil(() => news.find((one) => one.kind === 'ended')?.ending, { timeout: 10_000 }),
    printed: (text: string) => vi.waitUntil(() => output.includes(text), { timeout: 10_000 }),
    output: () => output,
  };
}

describe('the monitor', () => {
  it('starts the command only when told to', async () => {
    const { monitor, over, news, ended, output } = monitored(['echo', 'hello']);
    monitor.release();
    await over;
    await ended();
    expect(news.map(({ kind }) => kind)).toEqual(['ended']);
    expect(output()).toBe('');
  });

  it('tells the exit code', async () => {
    const { monitor, news, ended } = monitored(['sh', '-c', 'exit 7']);
    monitor.go();
    expect(await ended()).toEqual({ kind: 'exited', code: 7 });
    expect(news[0]).toMatchObject({ kind: 'started' });
  });

  it.each([
    ['TERM', 15, 'SIGTERM'],
    ['KILL', 9, 'SIGKILL'],
    ['34', 34, 'SIG34'],
  ])('tells the end by signal %s', async (name, signal, signalName) => {
    const { monitor, ended } = monitored(['sh', '-c', `kill -${name} $$`]);
    monitor.go();
    expect(await ended()).toEqual({ kind: 'killed', signal, signalName });
  });

  it('tells that there is no such command', async () => {
    const { monitor, ended } = monitored(['no-such-command']);
    monitor.go();
    expect(await ended()).toEqual({ kind: 'not-started', code: 127, message: 'no-such-command: command not found' });
  });

  it('tells why a command cannot be executed', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { monitor, ended } = monitored([file]);
    monitor.go();
    const message = `${file}: cannot be executed: permission denied`;
    expect(await ended()).toEqual({ kind: 'not-started', code: 126, message });
  });

  it('tells a stop, delivers what lets it go on, and tells the end', async () => {
    const { monitor, news, ended } = monitored(['sh', '-c', 'kill -STOP $$; exit 3']);
    monitor.go();
    await vi.waitUntil(() => news.some(({ kind }) => kind === 'stopped'), { timeout: 10_000 });
    monitor.deliver('SIGCONT');
    expect(await ended()).toEqual({ kind: 'exited', code: 3 });
    expect(news.map(({ kind }) => kind)).toEqual(['started', 'stopped', 'ended']);
  });

  it('delivers a signal to the command', async () => {
    const { monitor, printed, ended } = monitored([
      'sh',
      '-c',
      'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.05; done',
    ]);
    monitor.go();
    await printed('ready');
    monitor.deliver('SIGTERM');
    await printed('got it');
    expect(await ended()).toEqual({ kind: 'exited', code: 5 });
  });

  it('does not deliver what the whole process group got', async () => {
    const script = `trap 'echo got it' USR1; trap 'exit 0' USR2; echo ready; while :; do sleep 0.05; done`;
    const { monitor, watcher, printed, ended, output } = monitored(['sh', '-c', script]);
    monitor.go();
    await printed('ready');
    process.kill(-(watcher.pid ?? 0), 'SIGUSR1');
    monitor.deliver('SIGUSR1');
    await printed('got it');
    monitor.deliver('SIGUSR2');
    await ended();
    expect(output()).toBe('ready\ngot it\n');
  });

  it('ends the command when it is let go', async () => {
    const { monitor, printed, over, news } = monitored(['sh', '-c', 'echo ready; exec sleep 60']);
    monitor.go();
    await printed('ready');
    monitor.release();
    await over;
    await vi.waitUntil(() => news.some(({ kind }) => kind === 'ended'), { timeout: 10_000 });
    expect(news.at(-1)).toMatchObject({ ending: { kind: 'killed', signal: 15 } });
  });

  it('mends the environment of the command', async () => {
    const script = 'echo "$ONE,${PATH-unset}"';
    const { monitor, printed, ended } = monitored(
      ['/bin/sh', '-c', script],
      ['set=ONE=1', 'unset=HOME', 'set=PATH=/p'],
    );
    monitor.go();
    await printed('1,/p');
    await ended();
  });

  it('that was killed leaves the end unseen', async () => {
    const { monitor, watcher, printed, ended } = monitored(['sh', '-c', 'echo ready; exec sleep 60']);
    monitor.go();
    await printed('ready');
    watcher.kill('SIGKILL');
    expect(await ended()).toEqual({ kind: 'unseen', reason: 'the process that watches over the command was killed' });
    process.kill(-(watcher.pid ?? 0), 'SIGKILL');
  });
});
