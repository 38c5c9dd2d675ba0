import { expect, it } from 'vitest';
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
