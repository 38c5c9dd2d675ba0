import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { pathsFrom } from '../../src/domain/config.ts';
import type { SessionRow } from '../../src/domain/rows.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { valueOf } from '../store/fixtures/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const missing = existsSync(library) ? '' : '(libfaketime is not installed)';
const badAgent = fileURLToPath(new URL('./bad-agent.mjs', import.meta.url));

/** A clock of the wrapper's own, which can be set; only the monotonic one goes on, as it does in earnest. */
function settableClock() {
  const file = join(temporaryFolder(), 'offset');
  const set = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  set(0);
  const environment = {
    ...freshEnvironment(),
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { set, environment, real: { ...environment, LD_PRELOAD: undefined } };
}

const agent = (deed: string) => [
  '--agent',
  'claude',
  '--',
  'env',
  '-u',
  'LD_PRELOAD',
  process.execPath,
  badAgent,
  deed,
];

function storedState(environment: NodeJS.ProcessEnv): string | undefined {
  const reader = openReader(pathsFrom(environment, '/').database);
  if (!reader.ok) return undefined;
  const [session] = valueOf(reader.value.sessions({ limit: 1 }));
  reader.value.close();
  return session?.state;
}

describe.skipIf(missing !== '')(`a clock that is set while a session runs ${missing}`, () => {
  it('does not keep a question from being noticed', async () => {
    const { set, environment, real } = settableClock();
    const wrapper = startRidealong(['--pty', ...agent('paints-late')], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => wrapper.on('close', resolve));
    onTestFinished(async () => {
      wrapper.kill('SIGTERM');
      await ended;
    });
    await vi.waitUntil(() => storedState(real) === 'working', { timeout: 15_000, interval: 20 });
    set(-7200);
    wrapper.stdin?.write('now\n');
    await vi.waitUntil(() => storedState(real) === 'needs_input', { timeout: 15_000, interval: 20 });
  });

  it('makes no session longer than it was', async () => {
    const { set, environment, real } = settableClock();
    const wrapper = startRidealong(agent('stops'), { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => wrapper.on('close', resolve));
    await new Promise((resolve) => wrapper.stdout?.once('data', resolve));
    set(7200);
    wrapper.kill('SIGTERM');
    await ended;
    const { stdout } = await runRidealong(['sessions', '--json'], { env: real });
    const [session] = JSON.parse(stdout) as SessionRow[];
    expect(Date.parse(session?.ended_at ?? '') - Date.parse(session?.started_at ?? '')).toBeLessThan(3_600_000);
  });
});
