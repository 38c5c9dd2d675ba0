import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * What is made of recordings later: with other patterns, from other programs' recordings, in a database that was lost.
 */

let project: string;
let environment: NodeJS.ProcessEnv;
let data: string;

const ridealong = (...words: string[]) => runRidealong(words, { cwd: project, env: environment });

/** The project's own pack: a pattern of the lines that begin with this word. */
function patternOf(word: string): void {
  const folder = join(project, '.ridealong/patterns');
  mkdirSync(folder, { recursive: true });
  const pattern = {
    id: `says_${word}`,
    type: 'tool_use',
    regex: `^${word} .*$`,
    examples: { match: [`${word} x`], no_match: ['x'] },
  };
  writeFileSync(
    join(folder, 'words.yaml'),
    JSON.stringify({ name: 'words', version: '1.0.0', agents: ['*'], patterns: [pattern] }),
  );
}

async function eventsOf(...words: string[]): Promise<string[]> {
  const { stdout, stderr } = await ridealong('events', '--json', ...words);
  expect(stderr.replace('ridealong: no event matches\n', '')).toBe('');
  return (JSON.parse(stdout) as { pattern: string; matched_value: string }[]).map(
    ({ pattern, matched_value }) => `${pattern}: ${matched_value}`,
  );
}

async function sessions(): Promise<{ session_id: string; agent_name: string; imported_json: string | null }[]> {
  const { stdout } = await ridealong('sessions', '--json');
  return JSON.parse(stdout) as { session_id: string; agent_name: string; imported_json: string | null }[];
}

beforeEach(() => {
  project = temporaryFolder();
  environment = freshEnvironment();
  data = join(environment['XDG_DATA_HOME'] ?? '', 'ridealong');
});

describe('ridealong reindex', () => {
  beforeEach(async () => {
    patternOf('deployed');
    await ridealong('sh', '-c', 'echo deployed one; echo fetched two; echo fetched three');
    patternOf('fetched');
  });

  it("replaces a session's events by what today's patterns find", async () => {
    expect(await eventsOf()).toEqual(['says_deployed: deployed one']);
    const { stdout, stderr, code } = await ridealong('reindex', '@last');
    const [session] = await sessions();
    expect({ stdout, stderr, code }).toEqual({
      stdout: `${session?.session_id ?? ''}: 1 → 2 events\n`,
      stderr: '',
      code: 0,
    });
    expect(await eventsOf()).toEqual(['says_fetched: fetched two', 'says_fetched: fetched three']);
  });

  it('shows on a dry run what would change, per pattern', async () => {
    const { stdout, code } = await ridealong('reindex', '--all', '--dry-run');
    expect(stdout.split('\n')).toEqual([
      'PATTERN        BEFORE  AFTER  CHANGE',
      'says_deployed       1      0      -1',
      'says_fetched        0      2      +2',
      '',
    ]);
    expect(code).toBe(0);
    expect(await eventsOf()).toEqual(['says_deployed: deployed one']);
  });

  it('takes the sessions of one agent, and prints for programs', async () => {
    const none = await ridealong('reindex', '--agent', 'codex');
    expect(none).toMatchObject({ stdout: '', stderr: 'ridealong: no session matches\n', code: 0 });
    const { stdout } = await ridealong('reindex', '--agent', 'sh', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ events_before: 1, events_after: 2 }]);
  });

  it('leaves a session that still runs alone', async () => {
    const child = startRidealong(['sh', '-c', 'echo deployed now; read line'], {
      cwd: project,
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    if (child.stdout) await once(child.stdout, 'data');
    while ((await sessions()).length < 2);
    const { stderr, code } = await ridealong('reindex', '@last');
    child.stdin?.end('\n');
    await once(child, 'exit');
    expect(stderr).toMatch(/^ridealong: \w{26} still runs; reindex it when it has ended\n$/);
    expect(code).toBe(1);
  });

  it.each([
    [['reindex'], 64, 'either sessions, or --all, or --agent, or --rebuild'],
    [['reindex', '@last', '--all'], 64, 'either'],
    [['reindex', '--rebuild', '--dry-run'], 64, 'leave --dry-run away'],
    [['reindex', '01NOTTHERE'], 1, "no session matches '01NOTTHERE'"],
  ])('refuses %j', async (words, expectedCode, message) => {
    const { stderr, code } = await ridealong(...words);
    expect(stderr).toContain(message);
    expect(code).toBe(expectedCode);
  });

  it('rebuilds a database that was deleted, from all recordings', async () => {
    writeFileSync(join(project, 'old.log'), 'fetched before\n');
    await ridealong('import', 'old.log');
    await ridealong('reindex', '--all');
    const before = { sessions: await sessions(), events: (await eventsOf()).sort() };
    for (const name of readdirSync(data)) if (name.startsWith('ridealong.db')) rmSync(join(data, name));

    const { stdout, stderr, code } = await ridealong('reindex', '--rebuild');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.split('\n').sort()).toEqual([
      '',
      ...before.sessions.map(({ session_id }) => `${session_id}: added`).sort(),
    ]);
    const withoutKeys = (rows: object[]) => rows.map((row) => ({ ...row, id: 0 }));
    expect(withoutKeys(await sessions())).toEqual(withoutKeys(before.sessions));
    expect((await eventsOf()).sort()).toEqual(before.events);

    const again = await ridealong('reindex', '--rebuild');
    expect(again).toMatchObject({
      stdout: 'the database has every recorded session\n',
      stderr: '',
      code: 0,
    });
  });
});

describe('ridealong import', () => {
  it('says for each file what became of it', async () => {
    writeFileSync(
      join(project, 'demo.cast'),
      '{"version":2,"width":80,"height":24}\n[0.5,"o","Error: it broke\\r\\n"]\n[1,"o","cut',
    );
    writeFileSync(join(project, 'bad.cast'), '{"version":2,"width":80,"height":24}\nno event\n[1,"o","x"]\n');
    const { stdout, stderr, code } = await ridealong(
      'import',
      '--agent',
      'codex',
      'demo.cast',
      'bad.cast',
      'missing.log',
    );
    const [session] = await sessions();
    expect(stdout).toBe(`demo.cast: imported as ${session?.session_id ?? ''} (codex)\n`);
    expect(stderr.split('\n')).toEqual([
      'ridealong: demo.cast:3: cut off here; what is whole was imported',
      'ridealong: bad.cast:2: this is no event of an asciicast: [seconds, "code", "data"]',
      'ridealong: missing.log: there is no such file',
      '',
    ]);
    expect(code).toBe(1);
    expect(session?.imported_json).toContain('"format":"asciicast"');
    expect((await eventsOf()).length).toBeGreaterThan(0);

    const again = await ridealong('import', 'demo.cast', '--json');
    expect(JSON.parse(again.stdout)).toEqual([
      { file: 'demo.cast', outcome: 'known', session_id: session?.session_id },
    ]);
    expect(again.code).toBe(0);
  });

  it('writes recordings that are like those of wrapped sessions', async () => {
    writeFileSync(join(project, 'old.log'), 'one\ntwo\n');
    await ridealong('import', 'old.log');
    const [session] = await sessions();
    const folder = join(data, 'recordings', session?.session_id ?? '');
    expect(readdirSync(folder).sort()).toEqual(['session.json', 'stdout.log', 'timing']);
    expect(readFileSync(join(folder, 'stdout.log'), 'utf8')).toBe('one\ntwo\n');
    expect(existsSync(join(data, 'recordings', folder, 'stderr.log'))).toBe(false);
    expect(await ridealong('logs', '@last')).toMatchObject({ stdout: 'one\ntwo\n', code: 0 });
  });
});
