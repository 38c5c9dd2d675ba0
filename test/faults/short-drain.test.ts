import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionRow } from '../../src/domain/rows.ts';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { freshEnvironment, program, runRidealong } from '../support/ridealong.ts';
import { noStrace } from '../support/strace.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('knows how a session ended that there was no time to extract', async () => {
  const env = freshEnvironment();
  await runRidealong(['true'], { env });
  const database = new KeptDatabase(join(env['XDG_DATA_HOME'] ?? '', 'ridealong', 'ridealong.db'));
  try {
    database.exec('BEGIN IMMEDIATE');
    const wrapped = await runRidealong(['--drain-timeout', '3s', 'sh', '-c', 'echo "error: no luck"; exit 3'], { env });
    expect(wrapped.code).toBe(3);
    database.exec('ROLLBACK');
  } finally {
    database.close();
  }

  const { stdout } = await runRidealong(['sessions', '--json', '--limit', '1'], { env });
  expect(JSON.parse(stdout) as SessionRow[]).toMatchObject([
    { state: 'failed', exit_code: 3, total_extraction_events: 1 },
  ]);
});

it('is recorded to its end, though there was no time to extract any of it', async () => {
  const env = freshEnvironment();
  // As much as may be in flight between two threads, and more than is recorded in a moment.
  const script = `const lines = 'x'.repeat(99).concat('\\n').repeat(999) + 'error: '.padEnd(99, 'x') + '\\n';
    for (let n = 0; n < 120; n += 1) require('fs').writeSync(1, lines);
    process.exitCode = 3;`;
  const wrapped = await runRidealong(['--drain-timeout', '1ms', process.execPath, '-e', script], { env });
  expect([wrapped.code, wrapped.stdout.length]).toEqual([3, 12_000_000]);
  const recordings = join(env['XDG_DATA_HOME'] ?? '', 'ridealong', 'recordings');
  const [session = ''] = readdirSync(recordings);
  expect(readFileSync(join(recordings, session, 'stdout.log')).length).toBe(12_000_000);

  const { stdout } = await runRidealong(['sessions', '--json'], { env });
  expect(JSON.parse(stdout) as SessionRow[]).toMatchObject([
    { state: 'failed', exit_code: 3, gap_bytes: 0, total_extraction_events: 120 },
  ]);
});

describe.skipIf(noStrace)(`a disk that takes its time ${noStrace}`, () => {
  /** Wraps a command, and only to put `session.json` in its place takes so long. */
  async function wrapped(script: string, delayMs: number) {
    const env = freshEnvironment();
    const log = join(temporaryFolder(), 'calls');
    const delay = `inject=rename:delay_enter=${delayMs * 1000}`;
    const traced = ['-f', '--seccomp-bpf', '-qq', '-o', log, '-e', 'signal=none', '-e', 'trace=rename', '-e', delay];
    const agent = ['sh', '-c', `${script}; echo "error: no luck"; exit 3`];
    const wrapper = spawn('strace', [...traced, process.execPath, program, '--drain-timeout', '1ms', '--', ...agent], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    wrapper.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(wrapper, 'close')) as [number];
    const { stdout } = await runRidealong(['sessions', '--json'], { env });
    const [session] = JSON.parse(stdout) as SessionRow[];
    // strace has something to say, too.
    return { code, told: stderr.split('\n').filter((line) => line.startsWith('ridealong:')), session };
  }

  it.each([
    ['that runs for a while', 'echo one; sleep 1'],
    ['that is over at once', ':'],
    ['that prints more meanwhile than may be in flight', 'yes | head -c 40000000; sleep 1'],
  ])('has all of a session %s, however long that is without a sign of it', async (_, script) => {
    const { code, told, session } = await wrapped(script, 1_500);
    expect({ code, told }).toEqual({ code: 3, told: [] });
    expect(session).toMatchObject({ state: 'failed', exit_code: 3, gap_bytes: 0, total_extraction_events: 1 });
  });

  it('is not waited for too long, and that its end is missing is told', async () => {
    expect(await wrapped('echo one; sleep 1', 15_000)).toMatchObject({
      code: 3,
      told: ['ridealong: the end of the session is not recorded: its disk has not taken it in 10 s'],
    });
  });
});
