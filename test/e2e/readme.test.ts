import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { freshEnvironment } from '../support/ridealong.ts';
import { commandPath } from './command-path.ts';

/*
 * The README, followed to the letter: its files are written and its commands
 * run, in their order, in a home of their own. A stand-in of some real agents'
 * command lines is on the PATH under their names.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const home = mkdtempSync(join(tmpdir(), 'ridealong-readme-'));
const project = join(home, 'project');
const environment = { ...freshEnvironment(home), PATH: commandPath(home) };
for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR']) Reflect.deleteProperty(environment, name);

const standIn = '#!/bin/sh\necho "error: something went wrong"\nprintf "%s\\n" \'```sh\' "echo $*" \'```\'\n';
mkdirSync(project);
for (const path of ['bin/claude', 'bin/codex', 'project/agent.sh']) {
  writeFileSync(join(home, path), standIn);
  chmodSync(join(home, path), 0o700);
}
writeFileSync(join(project, 'demo.cast'), '{"version":2,"width":80,"height":24}\n[0.5,"o","error: in a cast\\r\\n"]\n');
writeFileSync(join(project, 'typescript'), 'Script started on 2026-11-20 16:34:41+00:00 []\nerror: in a log\r\n');
writeFileSync(join(project, 'timing'), '0.5 17\n');
writeFileSync(join(project, 'old.log'), 'error: it went wrong before\n```sh\necho again\n```\n');

afterAll(() => rmSync(home, { recursive: true, force: true }));

const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));

describe('the commands of the README', () => {
  for (const { text } of blocks.filter(({ language }) => language === 'yaml')) {
    const path = /^# (\S+)$/m.exec(text)?.[1] ?? 'the yaml block does not say where it belongs';
    const file = path.startsWith('~/') ? join(home, path.slice(2)) : join(project, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  it.each(commands.filter((command) => !/^npm (?:ci|run|install)\b/.test(command)))('%s', (command) => {
    const data = join(home, '.local/share/ridealong');
    const deletesData = command.startsWith('rm ');
    if (deletesData) expect(existsSync(data)).toBe(true);
    const done = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
      cwd: project,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
    if (deletesData) expect(existsSync(data)).toBe(false);
    // What lists something has something to list: the commands before have seen to that.
    if (/^ridealong (?:sessions|show|events|logs|patterns)/.test(command)) {
      expect(done.stdout.trim().split('\n').length).toBeGreaterThan(/--risk|logs|check/.test(command) ? 0 : 1);
    }
  });

  it('are enough to see all of it', () => {
    expect(commands.length).toBeGreaterThan(15);
    expect(existsSync(join(project, 'blocks', '01.sh'))).toBe(true);
  });
});

describe('the two commands that set everything up', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  it('stand in the README', () => {
    expect(commands.map((command) => command.replace(/ *#.*/, ''))).toEqual(
      expect.arrayContaining(['npm ci && npm run demo', 'npm run check']),
    );
  });

  it('are what package.json has and CI runs', () => {
    const named = [readme, readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')].flatMap((text) =>
      [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name),
    );
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^npm run check( |$)/m);
  });

  it('show a recorded session with its events', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'examples/demo.mjs')], {
      encoding: 'utf8',
      env: { ...environment, NO_COLOR: '1' },
    });
    const shown = stdout.slice(stdout.indexOf('# What was recorded'));
    // On stderr is only what the agent writes there, passed through.
    expect(stderr.replace(/^AssertionError.*\n {4}at .*\n/gm, '')).toBe('');
    expect(status).toBe(0);
    expect(shown).toMatch(/scripted-agent +completed +0/);
    for (const event of ['file_read', 'shell_command', 'exception', 'file_edited', 'permission_request', 'cost']) {
      expect(shown).toMatch(new RegExp(`\\b${event}\\b`));
    }
    expect(shown).toContain('export function total(prices) {');
  });
});
