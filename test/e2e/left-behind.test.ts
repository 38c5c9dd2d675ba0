import { expect, it } from 'vitest';
import type { SessionRow } from '../../src/domain/rows.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';

const count = 10_000;

it('shows all of a session that was left behind, whoever of those that read at once extracts it', async () => {
  const env = freshEnvironment();
  const script = `for (let n = 1; n <= ${count}; n += 1) console.log('error: no ' + n);`;
  await runRidealong(['--mode', 'record', process.execPath, '-e', script], { env });
  const readers = Array.from({ length: 4 }, () =>
    runRidealong(['events', '--limit', `${count}`, '--json'], { env }).then(
      ({ stdout }) => (JSON.parse(stdout) as unknown[]).length,
    ),
  );
  expect(await Promise.all(readers)).toEqual([count, count, count, count]);
});

it('tells who waits for it that it takes a while, where much was left behind', async () => {
  const env = freshEnvironment();
  await runRidealong(['--mode', 'record', 'sh', '-c', 'yes | head -c 25000000'], { env });
  const { stdout, stderr } = await runRidealong(['sessions', '--json'], { env });
  const [session] = JSON.parse(stdout) as SessionRow[];
  expect(stderr).toBe(`ridealong: extracting 25.0 MB that the session ${session?.session_id} left behind\n`);
  expect((await runRidealong(['sessions'], { env })).stderr).toBe('');
});
