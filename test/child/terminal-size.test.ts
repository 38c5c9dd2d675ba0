import { expect, it } from 'vitest';
import { start } from '../conformance/harness/start.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it.each([
  ['cols 100 rows 30', 'cols 100 rows 30', { cols: 100, rows: 30 }],
  ['none, as `script` without a terminal has it', 'cols 0 rows 0', { cols: 80, rows: 24 }],
])('a terminal of this size: %s', async (_, size, recorded) => {
  const home = temporaryFolder();
  const streams = { stdin: 'terminal', stdout: 'terminal', stderr: 'terminal' } as const;
  const environment = freshEnvironment(home);
  const run = start({ line: `stty ${size}; $wrap stty size`, wrapped: true, streams, home, environment });
  const { terminal } = await run.ended;
  run.cleanUp();
  // The command sees what it would see without us.
  expect(terminal.toString()).toContain(
    size
      .replaceAll(/[a-z]+ /g, '')
      .split(' ')
      .reverse()
      .join(' '),
  );

  const shown = await runRidealong(['export', '@last', '--format', 'asciicast'], { env: environment });
  expect(JSON.parse(shown.stdout.split('\n')[0] ?? '')).toMatchObject({ term: recorded });
});
