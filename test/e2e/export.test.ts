import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportFormats } from '../../src/domain/export.ts';
import { freshEnvironment, program } from '../support/ridealong.ts';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';

const home = mkdtempSync(join(tmpdir(), 'ridealong-export-'));
const environment = freshEnvironment(home);

function ridealong(...words: readonly string[]) {
  const done = spawnSync(process.execPath, [program, ...words], { cwd: home, env: environment, encoding: 'utf8' });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

interface Row {
  readonly pattern: string;
  readonly matched_value: string;
  readonly original_line: string;
  readonly timestamp: string;
}

/** What was found, without what differs between sessions. */
function eventsOf(session: string): string[] {
  const rows = JSON.parse(ridealong('events', '--session', session, '--json').stdout) as Row[];
  return rows.map(({ pattern, matched_value, original_line, timestamp }) =>
    [pattern, matched_value, original_line, timestamp].join(' | '),
  );
}

const cast = [
  { version: 2, width: 60, height: 10, timestamp: 1_700_000_000, command: 'codex', env: {} },
  [0.5, 'o', '\x1b[1merror: in a cast é\x1b[m\r\n'],
  [1.25, 'r', '70x12'],
  [1.5, 'o', '\x1b[31merror: and another\x1b[m\r\nWarning: so\r\n'],
  [3, 'o', 'done\r\n'],
];

beforeAll(() => {
  writeFileSync(join(home, 'first.cast'), `${cast.map((line) => JSON.stringify(line)).join('\n')}\n`);
  expect(ridealong('import', 'first.cast').status).toBe(0);
});

describe('an export that cannot be written', () => {
  it.each(exportFormats)('as %s says so in one line', (format) => {
    const { status, stderr } = ridealong('export', '@last', '--format', format, '--out', '/dev/full');
    expect(stderr).toMatch(/^ridealong: cannot write \/dev\/full: ENOSPC[^\n]*\n$/);
    expect(status).toBe(74);
  });
});

describe('what was exported', () => {
  it.each([
    ['asciicast', ['out']],
    ['script', ['out', 'out.timing']],
  ])('as %s becomes a session with the same events when it is imported', (format, files) => {
    const before = eventsOf('@last');
    expect(before.length).toBeGreaterThan(1);
    expect(ridealong('export', '@last', '--format', format, '--out', 'out')).toMatchObject({ status: 0, stderr: '' });
    const imported = ridealong('import', '--agent', 'codex', ...files);
    expect(imported).toMatchObject({ status: 0 });
    const [newest] = JSON.parse(ridealong('sessions', '--json', '--limit', '2').stdout) as { session_id: string }[];
    expect(eventsOf(newest?.session_id ?? '')).toEqual(before);
  });

  it.each(exportFormats)('as %s is the same in a file and on standard output', (format) => {
    const printed = ridealong('export', '@last', '--format', format);
    expect(printed).toMatchObject({ status: 0, stderr: '' });
    expect(ridealong('export', '@last', '--format', format, '--out', 'file')).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(join(home, 'file'), 'utf8')).toBe(printed.stdout);
  });

  it.each([
    [['export', '@last'], 64, '--format takes one of'],
    [['export', '@last', '--format', 'pdf'], 64, 'pdf'],
    [['export', '@last', '--format', 'script'], 64, 'name them with --out FILE'],
    [['export', '01Z', '--format', 'json'], 1, 'no session matches'],
    [['export', '@last', '--format', 'json', '--out', '/dev/null/x'], 74, 'cannot write'],
    [['replay', '@last', '--speed', '0'], 64, '--speed takes'],
    [['replay', '@last', '--idle', '1'], 64, '--idle takes'],
    [['replay', '@last', '--from', 'soon'], 64, '--from takes'],
    [['replay', '@last', '--from', '99999'], 64, 'has no event 99999'],
  ])('%j says why not', (words, status, message) => {
    const refused = ridealong(...words);
    expect(refused).toMatchObject({ status, stdout: '' });
    expect(refused.stderr).toContain(message);
  });
});

describe('a replay into a pipe', () => {
  it('prints what was recorded, and tells events on standard error', () => {
    const replayed = ridealong('replay', '@last', '--speed', 'max', '--events');
    expect(replayed.status).toBe(0);
    expect(replayed.stdout).toBe(
      cast
        .slice(1)
        .map((line) => (Array.isArray(line) && line[1] === 'o' ? line[2] : ''))
        .join(''),
    );
    expect(replayed.stderr.trim().split('\n').length).toBe(eventsOf('@last').length);
  });

  it('begins where it is told to', () => {
    expect(ridealong('replay', '@last', '--speed', 'max', '--from', '2s').stdout).toBe('done\r\n');
  });
});
