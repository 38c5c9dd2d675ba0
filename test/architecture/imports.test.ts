import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { violationsIn } from './violations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('imports as the house rules allow', async () => {
  expect(await violationsIn(root)).toEqual([]);
});

describe('each rule bites', () => {
  it.each<[rule: string, sources: Readonly<Record<string, string>>]>([
    ['no-cycles', { 'store/a.ts': "import './b.ts';", 'store/b.ts': "import './a.ts';" }],
    ['everything-is-found', { 'store/a.ts': "import './gone.ts';" }],
    ['domain-imports-nothing', { 'domain/a.ts': "import '../store/b.ts';", 'store/b.ts': '' }],
    ['domain-computes-only', { 'domain/event.ts': "import { tmpdir } from 'node:os'; tmpdir();" }],
    ['stages-do-not-know-each-other', { 'child/a.ts': "import '../store/b.ts';", 'store/b.ts': '' }],
    [
      'stages-do-not-know-each-other',
      { 'lines/a.ts': "import type { B } from '../child/b.ts';", 'child/b.ts': 'export interface B {}' },
    ],
    ['stages-do-not-know-each-other', { 'child/a.ts': "void import('../store/b.ts');", 'store/b.ts': '' }],
    ['only-the-command-line-knows-the-roots', { 'store/a.ts': "import '../recover.ts';", 'recover.ts': '' }],
    ['nobody-knows-the-command-line', { 'run.ts': "import './cli/b.ts';", 'cli/b.ts': '' }],
    ['nobody-knows-the-front-door', { 'cli/a.ts': "import '../index.ts';", 'index.ts': '' }],
    ['the-command-line-reads-only', { 'cli/a.ts': "import '../child/b.ts';", 'child/b.ts': '' }],
    ['better-sqlite3-has-one-home', { 'cli/a.ts': "import Database from 'better-sqlite3'; new Database();" }],
    ['node-pty-has-one-home', { 'run.ts': "import type { IPty } from 'node-pty'; export type P = IPty;" }],
    ['@hono/zod-openapi-has-one-home', { 'serve.ts': "import { z } from '@hono/zod-openapi'; z.string();" }],
    ['the-command-line-reads-only', { 'cli/a.ts': "import '../server/b.ts';", 'server/b.ts': '' }],
    ['zod-has-one-home', { 'recording/reader.ts': "import { z } from 'zod'; z.string();" }],
    ['the-main-thread-travels-light', { 'cli/main.ts': "import 'yargs';" }],
    [
      'the-main-thread-travels-light',
      { 'run.ts': "import './recording/a.ts';", 'recording/a.ts': "import '../store/b.ts';", 'store/b.ts': '' },
    ],
  ])('%s: %j', async (rule, sources) => {
    const folder = withSources(sources);
    expect((await violationsIn(folder)).map((violation) => violation.split(':')[0])).toContain(rule);
  });

  it('and lets pass what is allowed', async () => {
    const folder = withSources({
      'domain/config.ts': "import { join } from 'node:path'; join('a');",
      'child/a.ts': "import '../domain/config.ts';",
      'run.ts': "import './child/a.ts';",
      'cli/main.ts': "void import('../run.ts'); void import('../store/b.ts');",
      'store/b.ts': '',
    });
    expect(await violationsIn(folder)).toEqual([]);
  });
});

describe('names', () => {
  const folders = ['src', 'test', 'examples', 'scripts', 'patterns'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length)),
  );

  it('of files are kebab-case', () => {
    expect(files.length).toBeGreaterThan(100);
    const isTestData = (file: string) => /\/(fixtures|golden|captures|data)\//.test(file);
    const odd = files.filter((file) => !isTestData(file) && !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(basename(file)));
    expect(odd).toEqual([]);
  });

  it('of folders say what is in them', () => {
    const names = files.flatMap((file) => dirname(file).split('/'));
    expect(names.filter((name) => /^(utils?|helpers?|common|misc|shared|lib)$/i.test(name))).toEqual([]);
  });
});

function withSources(sources: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(sources)) {
    const file = join(folder, 'src', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}
