import { closeSync, copyFileSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathsFrom } from '../../src/domain/config.ts';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';

const pageBytes = 4096;
const home = mkdtempSync(join(tmpdir(), 'ridealong-test-'));
const environment = freshEnvironment(home);
const paths = pathsFrom(environment, '/');
const whole = `${paths.database}.whole`;

const readers: Readonly<Record<string, readonly string[]>> = {
  sessions: ['--json'],
  events: ['--json', '--limit', '10000'],
  show: ['@last', '--json'],
  code: ['@last'],
  search: ['number', '7', '--wait'],
  stats: ['--json'],
  query: ['--json', '--where', 'event_type=error'],
  tail: ['--since', '0'],
  export: ['@last', '--format', 'html'],
};
/** Each in turn has every so many-th table and index damaged. */
const shares = 4;

async function read(name: string) {
  const { stdout, stderr, code } = await runRidealong([name, ...(readers[name] ?? [])], { env: environment });
  return { code, output: withoutIds(stdout), complaints: stderr.split('\n').filter((line) => line !== '') };
}

/** A database that is built anew numbers its rows in the order in which it is built. */
function withoutIds(output: string): string {
  return output.replaceAll(/"(id|cursor|total|next)": ?("[\d-]+"|\d+|null)/g, '"$1":0');
}

/** The pages of all tables and indexes but SQLite's own, whose root is the first page; each list is of other ones. */
function pagesInShares(): number[][] {
  const database = new KeptDatabase(whole);
  const rows = database
    .prepare<[], { name: string; pages: string }>(
      `SELECT name, group_concat(pageno) AS pages FROM dbstat WHERE name != 'sqlite_schema' GROUP BY name ORDER BY name`,
    )
    .all();
  database.close();
  const trees = rows.map(({ pages }) => pages.split(',').map(Number));
  return Array.from({ length: shares }, (_, share) => trees.filter((__, nth) => nth % shares === share).flat());
}

function damage(pages: readonly number[]): void {
  for (const name of readdirSync(paths.data)) {
    if (name.startsWith('ridealong.db') && !name.endsWith('.whole')) rmSync(`${paths.data}/${name}`);
  }
  copyFileSync(whole, paths.database);
  const descriptor = openSync(paths.database, 'r+');
  for (const page of pages) writeSync(descriptor, Buffer.alloc(pageBytes, 0xaa), 0, pageBytes, (page - 1) * pageBytes);
  closeSync(descriptor);
}

const asides = () => readdirSync(paths.data).filter((name) => /\.damaged-.*Z$/.test(name));

beforeAll(async () => {
  const code = "printf '```sh\\nls\\n```\\n'";
  for (const count of [300, 100]) {
    const errors = `for i in $(seq ${count}); do echo "error: number $i"; done`;
    await runRidealong(['--no-serve', 'sh', '-c', `${errors}; ${code}`], { env: environment });
  }
  const { complaints } = await read('sessions');
  expect(complaints).toEqual([]);
  copyFileSync(paths.database, whole);
});

afterAll(() => rmSync(home, { recursive: true }));

describe('damage of a database that was closed well', () => {
  it.each(Object.keys(readers))('is mended by the one who meets it, who goes on: %s', async (name) => {
    damage([]);
    const expected = await read(name);
    expect(expected).toMatchObject({ code: 0 });
    let met = 0;
    for (const [share, pages] of pagesInShares().entries()) {
      damage(pages);
      const { code, output, complaints } = await read(name);
      const told = complaints.filter((message) => !expected.complaints.includes(message));
      expect({ share, code, output }, told.join('\n')).toEqual({ share, code: 0, output: expected.output });
      expect(told).toHaveLength(asides().length);
      if (told.length > 0) expect(told[0]).toContain('a new one is built from the recordings');
      met += told.length;
    }
    expect(met).toBeGreaterThan(0);
  });
});
