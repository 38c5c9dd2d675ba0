import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SessionRow } from '../../src/domain/rows.ts';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';

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
