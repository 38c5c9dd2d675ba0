import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { killJob } from '../../src/child/kill-job.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Starts a script; `detached` makes it the leader of a process group, as a terminal does. */
async function started(script: string, detached: boolean) {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], detached });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await vi.waitUntil(() => output.includes('ready'), { timeout: 10_000 });
  return { child, pid: child.pid ?? 0, closed, output: () => output };
}

const signalOf = (child: ChildProcess) => vi.waitUntil(() => child.signalCode, { timeout: 10_000 });

describe.each([
  ['terminal', true],
  ['pipe', false],
] as const)('killing a child in %s mode', (mode, detached) => {
  it('asks it to end', async () => {
    const { child, pid, closed } = await started('echo ready; exec sleep 60', detached);
    const killing = killJob(pid, mode);
    expect(await signalOf(child)).toBe('SIGTERM');
    await closed;
    killing.finish();
  });

  it('reaches what works for it, also when the child itself ends at once', async () => {
    const script = 'sh -c \'trap "echo worker got it; exit" TERM; echo ready; while :; do sleep 0.02; done\' & wait';
    const { pid, closed, output } = await started(script, detached);
    const killing = killJob(pid, mode);
    await closed;
    expect(output()).toContain('worker got it');
    killing.finish();
  });

  it('ends what does not listen, when its time is over', async () => {
    const { child, pid, closed } = await started('trap "" TERM; echo ready; while :; do sleep 0.02; done', detached);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    killJob(pid, mode);
    vi.advanceTimersByTime(4_999);
    expect(child.signalCode).toBeNull();
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    await closed;
    expect(child.signalCode).toBe('SIGKILL');
  });

  it('reaches one that is stopped', async () => {
    const { child, pid, closed } = await started('echo ready; exec sleep 60', detached);
    process.kill(pid, 'SIGSTOP');
    killJob(pid, mode).finish();
    await closed;
    expect(child.signalCode).not.toBeNull();
  });
});

it.skipIf(process.platform !== 'linux')('spares what has a session of its own', async () => {
  const script = 'setsid sh -c "echo ready \\$\\$; exec sleep 60" & wait';
  const { pid, closed, output } = await started(script, false);
  const daemon = Number(/ready (\d+)\n/.exec(output())?.[1]);
  const killing = killJob(pid, 'pipe');
  await vi.waitUntil(() => !isRunning(pid), { timeout: 10_000 });
  killing.finish();
  expect(isRunning(daemon)).toBe(true);
  process.kill(daemon, 'SIGKILL');
  await closed;
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
