import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import { type ImportOutcome, importFiles } from '../src/import.ts';
import { importedIdEnding, importedSessionId } from '../src/imported-session-id.ts';
import { isSessionId, recordingFolder } from '../src/recording/folder.ts';
import { readSessionFile } from '../src/recording/read-session-file.ts';
import { openStore } from '../src/store/open-store.ts';
import { packOf } from './extract/support/pack-of.ts';
import { valueOf } from './store/fixtures/samples.ts';
import { eventsOf, packsOfWords, reading, stdoutOf, temporaryHome } from './support/recorded-sessions.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

let paths: Paths;
let folder: string;

beforeEach(() => {
  paths = temporaryHome();
  folder = temporaryFolder();
});

const cast = [
  '{"version":2,"width":80,"height":24,"timestamp":1700000000,"command":"/opt/bin/codex exec hi"}',
  '[0.5,"i","hunter2"]',
  '[0.5,"o","error one\\r\\n"]',
  '[1.5,"r","100x30"]',
  '[2.5,"o","error two\\r\\n"]',
  '',
].join('\n');

/** Writes the file, long ago. */
function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  utimesSync(path, 1_600_000_000, 1_600_000_000);
  return path;
}

async function importing(
  files: readonly string[],
  agent?: string,
  packsOf = packsOfWords('error'),
): Promise<ImportOutcome[]> {
  const store = valueOf(openStore(paths));
  const outcomes: ImportOutcome[] = [];
  const options = {
    paths,
    store,
    packsOf,
    agentNameOf: (program: string) => program.replace(/.*\//, ''),
    workingDirectory: '/work',
    ...(agent !== undefined && { agent }),
  };
  for await (const outcome of importFiles(files, options)) outcomes.push(outcome);
  store.close();
  return outcomes;
}

async function importedSession(path: string, ...more: readonly string[]) {
  const [outcome] = await importing([path, ...more]);
  if (outcome?.kind !== 'imported') throw new Error(JSON.stringify(outcome));
  return outcome.session;
}

describe('an imported file', () => {
  it('becomes a session like any other, marked as imported', async () => {
    const path = file('demo.cast', cast);
    const session = await importedSession(path);
    expect(valueOf(readSessionFile(recordingFolder(paths.recordings, session.id)))).toEqual(session);
    expect(session).toMatchObject({
      agent: 'codex',
      mode: 'terminal',
      command: ['/opt/bin/codex exec hi'],
      startedAt: '2023-11-14T22:13:20.000Z',
      terminalSize: { columns: 80, rows: 24 },
      imported: { format: 'asciicast', file: path },
      end: { endedAt: '2023-11-14T22:13:22.500Z', ending: { kind: 'untold' } },
    });
    const row = reading(paths, (reader) => valueOf(reader.findSession(session.id)));
    expect(row).toMatchObject({ agent_name: 'codex', state: 'completed', exit_code: null });
    expect(JSON.parse(row.imported_json ?? '')).toEqual(session.imported);
  });

  it('is extracted as if it had been wrapped', async () => {
    await importedSession(file('demo.cast', cast));
    expect(eventsOf(paths)).toEqual(['error: error one', 'error: error two']);
  });

  it('is recorded with its times and sizes, and without what was typed', async () => {
    const session = await importedSession(file('demo.cast', cast));
    const recording = recordingFolder(paths.recordings, session.id);
    expect(readFileSync(recording.streams.stdout, 'utf8')).toBe('error one\r\nerror two\r\n');
    expect(readFileSync(recording.timing, 'utf8')).toBe(
      'O 0.500000 11\nS 1.000000 SIGWINCH ROWS=30 COLS=100\nO 1.000000 11\n',
    );
    expect(statSync(recording.path).mode & 0o777).toBe(0o700);
  });

  it('ends as the command did, where the file tells', async () => {
    const v3 = '{"version":3,"term":{"cols":80,"rows":24}}\n[1,"o","x"]\n[1,"x","3"]\n';
    const { end } = await importedSession(file('failed.cast', v3));
    expect(end).toMatchObject({ ending: { kind: 'exited', code: 3 } });
    expect(reading(paths, (reader) => valueOf(reader.findSession('@last')))).toMatchObject({
      state: 'failed',
      exit_code: 3,
    });
  });

  it('started when it was last written, where it does not tell, and is called as the file is', async () => {
    const session = await importedSession(file('nightly.log', 'error three\n'));
    expect(session).toMatchObject({ agent: 'nightly', mode: 'stream', startedAt: '2020-09-13T12:26:40.000Z' });
    expect(eventsOf(paths)).toEqual(['error: error three']);
  });

  it('is of the agent whose messages it holds', async () => {
    const pack = packOf([{ id: 'x', regex: 'x' }], {
      agents: ['talker'],
      messages: [
        {
          id: 'talk',
          when: { kind: 'talk' },
          type: 'session',
          examples: { match: ['{"kind":"talk"}'], no_match: ['{}'] },
        },
      ],
    });
    const packsOf = () => Promise.resolve({ packs: [pack], complaints: [] });
    const transcript = file('0123.jsonl', '{"a":1}\n{"kind":"talk"}\n');
    const [outcome] = await importing([transcript], undefined, packsOf);
    expect(outcome).toMatchObject({ kind: 'imported', session: { agent: 'talker', mode: 'stream' } });
    const [other] = await importing([file('0124.jsonl', '{"a":1}\n')], undefined, packsOf);
    expect(other).toMatchObject({ kind: 'imported', session: { agent: '0124' } });
  });

  it('is of the agent that is named', async () => {
    const [outcome] = await importing([file('demo.cast', cast)], 'claude');
    expect(outcome).toMatchObject({ kind: 'imported', session: { agent: 'claude' } });
  });

  it('counts up to where it was cut off', async () => {
    const path = file('demo.cast', `${cast}[3,"o","err`);
    expect(await importing([path])).toMatchObject([{ kind: 'imported', cutAt: `${path}:6` }]);
    expect(eventsOf(paths)).toHaveLength(2);
  });

  it('goes with the timing that is named behind it, or first', async () => {
    const typescript = (word: string) => file(word, `Script started on 2026-11-20 16:34:41+00:00 []\nerror ${word}\n`);
    const timing = (name: string) => file(name, `0.5 5\n0.${name === 'first' ? 5 : 7} 3\n`);
    const outcomes = await importing([timing('first'), typescript('a'), typescript('b'), timing('second')]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['imported', 'imported']);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'imported') throw new Error('it was not imported');
      const expected = outcome.file.endsWith('a') ? '2026-11-20T16:34:42.000Z' : '2026-11-20T16:34:42.200Z';
      expect(outcome.session.end?.endedAt).toBe(expected);
    }
  });
});

describe('a file that was imported', () => {
  it('is not imported again, whatever its name and age', async () => {
    const session = await importedSession(file('demo.log', 'error\n'));
    const copy = file('copy.log', 'error\n');
    utimesSync(copy, 1_700_000_000, 1_700_000_000);
    expect(await importing([copy, file('other.log', 'error\n')])).toEqual([
      { kind: 'known', file: copy, sessionId: session.id },
      { kind: 'known', file: join(folder, 'other.log'), sessionId: session.id },
    ]);
    expect(readdirSync(paths.recordings)).toEqual([session.id]);
    expect(eventsOf(paths)).toHaveLength(1);
  });

  it('is imported once by two at a time', async () => {
    const path = file('demo.cast', cast);
    const outcomes = (await Promise.all([importing([path]), importing([path])])).flat();
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['imported', 'known']);
    expect(readdirSync(paths.recordings)).toHaveLength(1);
    expect(eventsOf(paths)).toHaveLength(2);
  });
});

describe('a file that cannot be imported', () => {
  it('is told in one line, and the others are imported', async () => {
    const bad = file('bad.cast', `${cast.split('\n')[0] ?? ''}\nno event\n[1,"o","x"]\n`);
    const outcomes = await importing([
      join(folder, 'missing.log'),
      folder,
      file('empty.log', ''),
      bad,
      file('good.log', 'error\n'),
    ]);
    expect(
      outcomes.map((outcome) =>
        outcome.kind === 'failed' ? outcome.message.replaceAll(`${folder}/`, '') : outcome.kind,
      ),
    ).toEqual([
      'missing.log: there is no such file',
      `${folder}: is no file`,
      'empty.log: is empty',
      'bad.cast:2: this is no event of an asciicast: [seconds, "code", "data"]',
      'imported',
    ]);
  });

  it('is a timing without its log, or with one that has its own times', async () => {
    const [one, two, movie] = [file('one', '0.5 9\n'), file('two', '0.5 9\n'), file('demo.cast', cast)];
    const refused = [[one], [one, two], [movie, one]].map(async (files) =>
      (await importing(files)).map(({ kind }) => kind),
    );
    expect(await Promise.all(refused)).toEqual([['failed'], ['failed', 'failed'], ['failed']]);
  });

  it('leaves nothing behind', async () => {
    await importing([file('bad.cast', `${cast.split('\n')[0] ?? ''}\nno event\n[1,"o","x"]\n`)]);
    expect(readdirSync(paths.recordings)).toEqual([]);
    expect(reading(paths, (reader) => valueOf(reader.sessions({ limit: 10 })))).toEqual([]);
  });
});

it('removes what an import left that was killed long ago, and nothing else', async () => {
  for (const name of ['.import-killed', '.import-running'])
    mkdirSync(join(paths.recordings, name, 'x'), { recursive: true });
  utimesSync(join(paths.recordings, '.import-killed'), 1_600_000_000, 1_600_000_000);
  const session = await importedSession(file('demo.log', 'error\n'));
  expect(readdirSync(paths.recordings)).toEqual(['.import-running', session.id]);
});

describe('the id of an imported session', () => {
  const digest = 'f'.repeat(20) + '0'.repeat(44);

  it('is a ULID of its start and its digest', () => {
    const id = importedSessionId(Date.parse('2023-11-14T22:13:20.000Z'), digest);
    expect(id).toBe('01HF7YAT00ZZZZZZZZZZZZZZZZ');
    expect(isSessionId(id)).toBe(true);
    expect(id.endsWith(importedIdEnding(digest))).toBe(true);
  });

  it('is one for any start in the first ten thousand years', () => {
    for (const start of [0, 1, Date.UTC(10_000, 0) - 1])
      expect(isSessionId(importedSessionId(start, digest))).toBe(true);
  });
});

it('keeps what was printed even where it means nothing', async () => {
  const session = await importedSession(file('nothing.log', 'nothing here\n'));
  expect(existsSync(stdoutOf(paths, session.id))).toBe(true);
  expect(eventsOf(paths)).toEqual([]);
});
