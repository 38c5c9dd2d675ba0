import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('./matrix/run.mjs', import.meta.url));

interface Row {
  readonly fault: string;
  readonly verdict: string;
  readonly broken: readonly string[];
}

/** A row that could not be decided by one round has up to five. */
const timeLimitMs = 240_000;

// The others take longer; `npm run faults` has all of them.
it.each([
  'child-crashes',
  'kill-wrapper',
  'kill-under-load',
  'deleted-data',
  'damaged-header-at-rest',
  'power-cut',
  'few-descriptors',
])('the matrix of faults: %s', { timeout: timeLimitMs + 10_000 }, (fault) => {
  const { stdout, stderr } = spawnSync(process.execPath, [program, '--rounds', '1', '--json', '--only', fault], {
    encoding: 'utf8',
    timeout: timeLimitMs,
  });
  expect(stdout, stderr).not.toBe('');
  const [row] = JSON.parse(stdout) as Row[];
  expect(row?.broken).toEqual([]);
  expect(row?.verdict).toMatch(/^(?:holds|skipped: .+)$/);
});
