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
