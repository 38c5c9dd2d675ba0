import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { noTinyDisk, tinyDisk } from '../support/tiny-disk.ts';

/*
 * Whatever is wrong around it: the command's output and end are its own, one
 * clear line says what is wrong, and once that is mended the session is there.
 */

const command = ['sh', '-c', 'echo "error: no luck"; echo aside >&2; exit 3'];
const itsOutput = 'error: no luck\n';

/** One line of ours, which names what it is about. */
const complaint = (about: RegExp) => new RegExp(`^ridealong: [^\\n]*(?:${about.source})[^\\n]*\\n$`);

describe('a mistake on the command line', () => {
  it.each<[words: readonly string[], code: number, about: RegExp]>([
    [[], 64, /no command/],
    [['--bogus', 'ls'], 64, /--bogus/],
    [['--agent'], 64, /--agent/],
    [['--agent', 'a b', 'ls'], 64, /a b/],
    [['--pty', '--no-pty', 'ls'], 64, /--no-pty/],
    [['--drain-timeout', 'soon', 'ls'], 64, /soon/],
    [['pipe', 'ls'], 64, /ls/],
    [['run'], 64, /no command/],
    [['sessions', '--bogus'], 64, /--bogus/],
    [['sessions', '--limit', '0'], 64, /--limit/],
    [['events', '--type', 'errors'], 64, /error/],
    [['show'], 64, /session/],
    [['patterns', 'chekc'], 64, /check/],
    [['no-such-command'], 127, /no-such-command: command not found/],
    [['sesions'], 127, /ridealong sessions/],
    [['/'], 126, /cannot be executed/],
    [['show', '@last'], 1, /session/],
  ])('%j', async (words, code, about) => {
    const done = await runRidealong(words, { env: freshEnvironment(), cwd: temporaryFolder() });
    expect(done.stderr).toMatch(complaint(about));
    expect(done).toMatchObject({ stdout: '', code, signal: null });
  });

  it.each([['--no-pty'], ['--pty']])('a command that is not there is recorded as such (%s)', async (mode) => {
    const env = freshEnvironment();
    await runRidealong([mode, 'no-such-command'], { env });
    expect(await sessions(env)).toMatchObject([{ agent_name: 'no-such-command', exit_code: 127 }]);
  });
});

describe('a pack that is broken', () => {
  const head = "name: mine\nversion: 1.0.0\nagents: ['*']\n";

  it.each<[what: string, text: string, place: string]>([
    ['no YAML', 'name: [\n', '2:1'],
    ['no pack', `${head}patterns: none\n`, '4:11'],
    [
      'a bad regex',
      `${head}patterns:\n  - id: one\n    type: error\n    regex: '('\n    examples: { match: [a], no_match: [b] }\n`,
      '7:',
    ],
  ])('%s', async (_what, text, place) => {
    const env = freshEnvironment();
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'broken.yaml'), text);
    const done = await runRidealong(['--patterns', 'broken.yaml', ...command], { env, cwd });
    expect(done).toMatchObject({ stdout: itsOutput, code: 3 });
    expect(done.stderr).toMatch(/^aside\nridealong: .*broken\.yaml:\d+:\d+: .*\n$/);
    expect(done.stderr).toContain(`broken.yaml:${place}`);
    // The other packs did their work.
    expect(await sessions(env)).toMatchObject([{ exit_code: 3, total_extraction_events: 1 }]);
  });
});

describe('a data directory that cannot be used', () => {
  it('is a file', async () => {
    const env = freshEnvironment();
    const data = join(env['XDG_DATA_HOME'] ?? '', 'ridealong');
    mkdirSync(env['XDG_DATA_HOME'] ?? '');
    writeFileSync(data, 'in the way');
    expect(await runRidealong(command, { env })).toMatchObject({ stdout: itsOutput, code: 3 });
    const read = await runRidealong(['sessions'], { env });
    expect(read.stderr).toMatch(complaint(/ridealong/));
    expect(read).toMatchObject({ stdout: '', code: 74 });
    expect(readFileSync(data, 'utf8')).toBe('in the way');
    rmSync(data);
    await runRidealong(command, { env });
    expect(await sessions(env)).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() === 0)('may not be written (root may write anywhere)', async () => {
    const env = freshEnvironment();
    mkdirSync(env['XDG_DATA_HOME'] ?? '', { mode: 0o500 });
    const done = await runRidealong(command, { env });
    expect(done).toMatchObject({ stdout: itsOutput, code: 3 });
    expect(done.stderr).toMatch(/^aside\n(?:ridealong: .*permission denied.*\n)+$/i);
    chmodSync(env['XDG_DATA_HOME'] ?? '', 0o700);
    await runRidealong(command, { env });
    expect(await sessions(env)).toHaveLength(1);
  });
});

describe("something else in the database's place", () => {
  it.each<[what: string, put: (path: string) => void]>([
    [
      'a foreign file',
      (path) => writeFileSync(path, 'This is a diary, and it is longer than the header of a database.\n'.repeat(20)),
    ],
    ['a directory', (path) => mkdirSync(path)],
  ])('%s is left as it is, and the session shows up when it is gone', async (_what, put) => {
    const env = freshEnvironment();
    const database = join(env['XDG_DATA_HOME'] ?? '', 'ridealong', 'ridealong.db');
    mkdirSync(join(database, '..'), { recursive: true, mode: 0o700 });
    put(database);
    const done = await runRidealong(command, { env });
    expect(done).toMatchObject({ stdout: itsOutput, code: 3 });
    expect(done.stderr).toMatch(/^aside\nridealong: .*ridealong\.db.*\n$/);
    const read = await runRidealong(['sessions'], { env });
    expect(read.stderr).toMatch(complaint(/ridealong\.db/));
    expect(read.code).toBe(74);
    const aside = `${database}.aside`;
    renameSync(database, aside);
    expect(await sessions(env)).toMatchObject([{ agent_name: 'sh', exit_code: 3, total_extraction_events: 1 }]);
    expect(existsSync(aside)).toBe(true);
  });
});

describe.skipIf(noTinyDisk)(`a full disk${noTinyDisk === undefined ? '' : ` (skipped: ${noTinyDisk})`}`, () => {
  it('does not touch the command, and the session is there when there is room again', async () => {
    const disk = tinyDisk(64);
    const env = { ...freshEnvironment(), XDG_DATA_HOME: disk.path };
    const lines = 20_000;
    const loud = ['sh', '-c', `i=0; while [ $i -lt ${lines} ]; do echo "line $i of many"; i=$((i+1)); done; exit 5`];
    const done = await runRidealong(loud, { env });
    expect(done.code).toBe(5);
    expect(done.stdout.split('\n')).toHaveLength(lines + 1);
    expect(done.stdout).toContain(`line ${lines - 1} of many\n`);
    expect(done.stderr).toMatch(/^(?:ridealong: [^\n]+\n){1,3}$/);
    expect(done.stderr).toMatch(/space|full/i);
    disk.enlarge(64 * 1024);
    await runRidealong(command, { env });
    expect(await sessions(env)).toMatchObject([{ exit_code: 3 }, { exit_code: 5 }]);
  });
});

async function sessions(env: NodeJS.ProcessEnv): Promise<unknown> {
  const { stdout, stderr, code } = await runRidealong(['sessions', '--json'], { env });
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return JSON.parse(stdout);
}
