import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';

const lines = 60_000;
const maxBytes = 1024 * 1024;
let environment: NodeJS.ProcessEnv;

/** 6 MB, every 1000th line an error. */
const agent = [
  process.execPath,
  '-e',
  `for (let nth = 0; nth < ${lines}; nth += 1) {
    process.stdout.write((nth % 1000 === 0 ? 'error: number ' + nth : 'line ' + nth).padEnd(99, ' .') + '\\n');
  }`,
];

const ridealong = (...words: readonly string[]) => runRidealong(words, { env: environment });

const isOurs = ({ original_line }: Record<string, unknown>) => String(original_line).startsWith('error: number');

async function rowsOf(...words: readonly string[]): Promise<Record<string, unknown>[]> {
  const { stdout, stderr, code } = await ridealong(...words, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

beforeEach(async () => {
  environment = freshEnvironment();
  const config = join(environment['XDG_CONFIG_HOME'] ?? '', 'ridealong');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'config.yaml'), `recording: { max_bytes: ${2 * maxBytes} }\n`);
  // Two streams: each has half of it.
  const { stdout, stderr } = await ridealong('--agent', 'long', ...agent);
  expect(stderr).toBe('');
  expect(stdout.length).toBe(lines * 100);
});

it('keeps the beginning and the end of a long recording, and every event of it', async () => {
  const [session] = await rowsOf('sessions');
  const stdoutLog = String(session?.['stdout_log_path']);
  expect(statSync(stdoutLog).size).toBe(lines * 100);
  expect(statSync(stdoutLog).blocks * 512).toBeLessThan(1.5 * maxBytes);
  const events = await rowsOf('events', '--session', '@last', '--limit', '1000');
  expect(events.filter(isOurs)).toHaveLength(lines / 1000);

  const logs = await ridealong('logs', '@last');
  expect(logs.stderr).toMatch(/^ridealong: [\d,]+ bytes behind byte \d+ were dropped: the recording was too large\n$/);
  expect(logs.stdout.startsWith('error: number 0')).toBe(true);
  expect(logs.stdout).toContain(`line ${lines - 1} `);
  expect(logs.stdout).not.toContain(`line ${lines / 2} `);
  expect(logs.stdout).not.toContain('\\x00');

  const missing = Number(session?.['gap_bytes']);
  expect(logs.stdout.length).toBe(lines * 100 - missing);
  const feed = await ridealong('tail', '--since', '0', '--json');
  const gaps = feed.stdout
    .split('\n')
    .filter((line) => line.includes('"type":"gap"'))
    .map((line) => JSON.parse(line) as { bytes: number });
  expect(gaps.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(missing);
  expect((await ridealong('check')).code).toBe(0);
});

it('is not extracted anew where that would lose events, but from what is there when the database is lost', async () => {
  const reindexed = await ridealong('reindex', '@last');
  expect(reindexed.code).not.toBe(0);
  expect(reindexed.stderr).toContain('was dropped, as it was too large; its events stay');
  const before = await rowsOf('events', '--session', '@last', '--limit', '1000');
  expect(before.filter(isOurs)).toHaveLength(lines / 1000);

  const database = join(environment['XDG_DATA_HOME'] ?? '', 'ridealong', 'ridealong.db');
  writeFileSync(database, '');
  expect((await ridealong('reindex', '--rebuild')).code).toBe(0);
  const after = await rowsOf('events', '--session', '@last', '--limit', '1000');
  const offsets = (rows: typeof after) => rows.map(({ byte_offset }) => byte_offset);
  expect(after.length).toBeGreaterThan(5);
  expect(after.length).toBeLessThan(before.length);
  expect(offsets(before)).toEqual(expect.arrayContaining(offsets(after)));
});
