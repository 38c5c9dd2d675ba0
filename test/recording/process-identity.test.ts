import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identify, isRunning } from '../../src/recording/process-identity.ts';

describe('a process', () => {
  it('runs as long as it has not ended, also when it is stopped', async () => {
    const child = spawn('sleep', ['1000']);
    const identity = identify(child.pid ?? 0);
    if (identity === undefined) throw new Error('it did not start');
    expect(isRunning(identity)).toBe(true);
    child.kill('SIGSTOP');
    expect(isRunning(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning(identity)).toBe(false);
  });

  it('is told from another one that has its number', () => {
    const { pid, startTicks } = identify(process.pid) ?? { pid: 0, startTicks: 0 };
    expect(isRunning({ pid, startTicks: startTicks + 1 })).toBe(false);
  });

  it.skipIf(!existsSync('/proc/self/stat'))('has ended when its parent has not asked for its exit status', async () => {
    // The shell becomes a program that never asks.
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const identity = identify(Number(said.toString()));
    if (identity === undefined) throw new Error('it did not start');
    process.kill(identity.pid, 'SIGKILL');
    while (!/\) Z /.test(readFileSync(`/proc/${identity.pid}/stat`, 'latin1'))) await pause(5);
    expect(isRunning(identity)).toBe(false);
  });
});
