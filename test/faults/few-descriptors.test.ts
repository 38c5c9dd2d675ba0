import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshEnvironment, program } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What becomes of `node WORDS` when it may open so few descriptors. */
function withDescriptors(limit: number, words: readonly string[]) {
  const line = `ulimit -n ${limit}; exec "$@"`;
  const options = { env: freshEnvironment() };
  return new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>((resolve) => {
    execFile('sh', ['-c', line, 'sh', process.execPath, ...words], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

it('a wrapper with few descriptors runs its command, or says in one line that it cannot', async () => {
  const folder = temporaryFolder();
  const empty = join(folder, 'empty.cjs');
  writeFileSync(empty, '');
  const codes = new Set<unknown>();
  for (let limit = 16; limit <= 32; limit += 1) {
    // Node needs some itself; the first with which it runs leaves none for a second file.
    if ((await withDescriptors(limit - 1, [empty])).code !== 0) continue;
    const { code, stdout, stderr } = await withDescriptors(limit, [program, '--', 'echo', 'hi']);
    codes.add(code);
    expect({ limit, stderr }).toEqual({ limit, stderr: expect.stringMatching(/^(?:ridealong: .*\n)?$/) as string });
    expect([code, stdout]).toEqual(code === 0 ? [0, 'hi\n'] : [126, '']);
  }
  expect([...codes].sort()).toEqual([0, 126]);
});
