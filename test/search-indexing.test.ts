import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import type { EventStore } from '../src/domain/ports.ts';
import { type SearchFilter, type SearchHit, searchKinds } from '../src/domain/search.ts';
import type { Session, SessionEnd } from '../src/domain/session.ts';
import { openSearch } from '../src/open-search.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import { packRecording } from '../src/recording/pack-recording.ts';
import { packedName } from '../src/recording/packed-members.ts';
import { createRecorder } from '../src/recording/recorder.ts';
import { writeSessionFile } from '../src/recording/write-session-file.ts';
import { reindexSession } from '../src/reindex.ts';
import { openSearchIndexing, type SearchIndexing } from '../src/search-indexing.ts';
import { openReplacer } from '../src/store/open-replacer.ts';
import { openStore } from '../src/store/open-store.ts';
import { nextWordSql } from '../src/store/search/begun-words.ts';
import { openIndexForReading } from '../src/store/search/open-index.ts';
import { addEvents, sampleBlock, sampleEvent, sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import { packsOfWords, recordSession, temporaryHome } from './support/recorded-sessions.ts';

let paths: Paths;
let store: EventStore;
beforeEach(() => {
  paths = temporaryHome();
  store = valueOf(openStore(paths));
});
afterEach(() => store.close());

const claude = sampleSession({ streams: ['stdout', 'stderr'] });
const chunk = (text: string, timeUs = 1_000, stream: 'stdout' | 'stderr' = 'stdout') => ({
  stream,
  timeUs,
  bytes: Buffer.from(text),
});
const lineEvent = (text: string, line = 1) =>
  sampleEvent({ matchedValue: text, originalLine: text, lineNumber: line, offset: 1_000_000 + line });

function indexAll(indexing = openSearchIndexing(paths)): void {
  while (valueOf(indexing.step()) === 'more');
  indexing.close();
}

const endOf = ({ startedAt }: Session): SessionEnd => ({
  endedAt: new Date(Date.parse(startedAt) + 300_000).toISOString(),
  ending: { kind: 'exited', code: 0 },
  gapBytes: { stdout: 0, stderr: 0 },
});

function finish(session: Session): void {
  const from = valueOf(store.checkpointOf(session.id))?.checkpoint ?? { stdout: 0, stderr: 0 };
  valueOf(store.commit(session.id, { events: [], from, to: from, lines: 0, end: endOf(session) }));
}

/** A session that was recorded and has ended. */
function record(session: Session, ...texts: string[]): void {
  recordSession(
    paths,
    { ...session, end: endOf(session) },
    texts.map((text) => chunk(text)),
  );
  addEvents(store, session, []);
  finish(session);
}

function search(query: string, filter: Partial<SearchFilter & { cursor: string }> = {}) {
  const reader = openSearch(paths);
  try {
    return valueOf(reader.search({ query, limit: 100, ...filter }));
  } finally {
    reader.close();
  }
}

const textOf = ({ fragments }: SearchHit) => fragments.map(({ text }) => text).join('');
const found = (query: string, filter: Partial<SearchFilter> = {}) =>
  search(query, filter).items.map((hit) => `${hit.kind} ${textOf(hit)}`);

describe('recorded lines', () => {
  it('are found with their place, what matches apart', () => {
    record(claude, 'first line\nsecond ', 'line is here\n');
    indexAll();
    expect(search('SECOND here').items).toEqual([
      {
        kind: 'line',
        agent_name: 'claude',
        session_id: claude.id,
        timestamp: '2025-06-01T12:00:00.124Z',
        stream: 'stdout',
        line_number: 2,
        byte_offset: 11,
        event_id: null,
        event_type: null,
        pattern: null,
        risk_level: null,
        fragments: [
          { text: 'second', match: true },
          { text: ' line is ', match: false },
          { text: 'here', match: true },
        ],
      },
    ]);
  });

  it('are found without their colours, at their own offsets', () => {
    record(claude, 'plain\n\x1b[31mred one\x1b[0m\nprogress 1\rprogress 2\nlast');
    indexAll();
    expect(search('red').items).toMatchObject([{ line_number: 2, byte_offset: 6 }]);
    expect(found('progress')).toEqual(['line progress 2']);
    expect(search('last').items).toMatchObject([{ line_number: 4, byte_offset: 45 }]);
  });

  it('are found on standard error', () => {
    recordSession(paths, claude, [chunk('out\n'), chunk('oops err\n', 2_000, 'stderr')]);
    addEvents(store, claude, []);
    finish(claude);
    indexAll();
    expect(search('oops').items).toMatchObject([{ stream: 'stderr', line_number: 1, byte_offset: 0 }]);
  });

  it('are found behind a JSON line feed', () => {
    record(claude, '{"text":"one\\ntwo"}\n');
    indexAll();
    expect(found('two')).toEqual(['line {"text":"one  two"}']);
  });

  it('of a terminal are found once the session has ended, painted or not', () => {
    const session = sampleSession({ mode: 'terminal', streams: ['stdout'], terminalSize: { columns: 40, rows: 5 } });
    recordSession(paths, session, [chunk('\x1b[2J\x1b[Hpainted once\x1b[H'), chunk('painted once', 2_000_000)]);
    addEvents(store, session, [lineEvent('x')]);
    indexAll();
    expect(search('painted')).toMatchObject({ items: [], lag: { sessions: 1, bytes: 100 } });
    finish(session);
    indexAll();
    expect(found('painted')).toEqual(['line painted once']);
    expect(search('painted').lag).toEqual({ events: 0, sessions: 0, bytes: 0 });
  });

  it('of a session that runs are found no further than it is extracted: until then secrets may stand there', () => {
    const recorder = createRecorder(recordingFolder(paths.recordings, claude.id), claude.streams);
    writeSessionFile(recordingFolder(paths.recordings, claude.id), claude);
    recorder.append([chunk('alpha one\n')]);
    recorder.append([chunk('alpha secret\n')]);
    recorder.close();
    valueOf(store.addSession(claude));
    const from = { stdout: 0, stderr: 0 };
    const to = { stdout: 10, stderr: 0 };
    valueOf(store.commit(claude.id, { events: [], from, to, lines: 1 }));
    const indexing = openSearchIndexing(paths);
    while (valueOf(indexing.step()) === 'more');
    expect(found('alpha')).toEqual(['line alpha one']);
    valueOf(store.commit(claude.id, { events: [], from: to, to: { stdout: 23, stderr: 0 }, lines: 1 }));
    indexAll(indexing);
    expect(found('alpha')).toEqual(['line alpha secret', 'line alpha one']);
  });

  it('of a session that runs are found as far as they are whole, each once, whoever goes on', () => {
    const growing = openSearchIndexing(paths);
    const goOn = (indexing: SearchIndexing) => {
      while (valueOf(indexing.step()) === 'more');
    };
    const folder = recordingFolder(paths.recordings, claude.id);
    const recorder = createRecorder(folder, claude.streams);
    writeSessionFile(folder, claude);
    recorder.append([chunk('alpha one\nalp')]);
    addEvents(store, claude, [lineEvent('x')]);
    goOn(growing);
    expect(found('alpha')).toEqual(['line alpha one']);
    recorder.append([chunk('ha two\nalpha')]);
    addEvents(store, claude, [lineEvent('y')]);
    indexAll();
    expect(found('alpha')).toEqual(['line alpha two', 'line alpha one']);
    goOn(growing);
    recorder.close();
    finish(claude);
    goOn(growing);
    growing.close();
    expect(
      search('alpha')
        .items.map(({ line_number }) => line_number)
        .sort(),
    ).toEqual([1, 2, 3]);
  });

  it('that fill many steps are all found, in any number of indexers at a time', () => {
    const text = Array.from({ length: 40_000 }, (_, nth) => `number${nth} of many lines\n`).join('');
    record(claude, text);
    const [one, other] = [openSearchIndexing(paths), openSearchIndexing(paths)];
    for (let state = ['more', 'more']; state.includes('more'); )
      state = [one, other].map((each) => valueOf(each.step()));
    one.close();
    other.close();
    expect(search('many', { limit: 10_000, kinds: ['line'] }).total).toBeGreaterThanOrEqual(10_000);
    for (const nth of [0, 17, 20_000, 39_999]) {
      expect(search(`number${nth}`).items).toMatchObject([
        { line_number: nth + 1, byte_offset: text.indexOf(`number${nth} `) },
      ]);
    }
  });
});

describe('events and code', () => {
  it('are found with what they are', () => {
    addEvents(store, claude, [lineEvent('it exploded'), sampleBlock('const exploded = 1;')]);
    indexAll();
    expect(search('exploded').items).toMatchObject([
      { kind: 'event', event_type: 'error', pattern: 'generic-error', risk_level: 'low', byte_offset: 1_000_001 },
      { kind: 'code', event_type: 'code_block' },
    ]);
  });

  it('are told once where their line was found, too', () => {
    recordSession(paths, claude, [chunk('Error: twice\n')]);
    addEvents(store, claude, [sampleEvent({ offset: 0, originalLine: 'Error: twice', matchedValue: 'twice' })]);
    finish(claude);
    indexAll();
    expect(found('twice')).toEqual(['event Error: twice']);
    expect(found('twice', { kinds: ['line'] })).toEqual(['line Error: twice']);
  });

  it('are void when they were extracted anew', async () => {
    recordSession(paths, claude, [chunk('old thing\nnew thing\n')]);
    valueOf(store.addSession(claude));
    addEvents(store, claude, [lineEvent('old thing')]);
    finish(claude);
    indexAll();
    expect(found('old', { kinds: ['event'] })).toEqual(['event old thing']);
    const replacer = valueOf(openReplacer(paths));
    const packsOf = packsOfWords('new');
    valueOf(await reindexSession(claude.id, { paths, replacer, packsOf, isDryRun: false }));
    replacer.close();
    indexAll();
    expect(found('old', { kinds: ['event'] })).toEqual([]);
    expect(found('thing')).toEqual(['event new thing', 'line old thing']);
    expect(search('thing').lag).toEqual({ events: 0, sessions: 0, bytes: 0 });
  });
});

describe('a query', () => {
  beforeEach(() => {
    const codex = sampleSession({ id: sampleId('01B'), agent: 'codex', startedAt: '2025-07-01T12:00:00.000Z' });
    record(claude, 'connection refused by host\nrefused connection\nnaïve migration\n');
    addEvents(store, codex, [lineEvent('connection lost'), sampleBlock('open(connection)')]);
    recordSession(paths, codex, [chunk('connection reset\n')]);
    finish(codex);
    indexAll();
  });

  it.each([
    ['connection refused', 2],
    ['"connection refused"', 1],
    ['connection', 5],
    ['migra*', 1],
    ['Migra* naï*', 1],
    ['by-hos*', 1],
    ['hos*-by', 0],
    ['ref*', 2],
    ['naïv*', 1],
    ['nothin*', 0],
    ['naive', 1],
    ['connection -- refused', 2],
    ['connection OR refused', 0],
    ['nothing', 0],
  ])('%s', (query, count) => {
    expect(search(query).items).toHaveLength(count);
    expect(search(query).total).toBe(count);
  });

  it.each([255, 256, 257])('for the beginning of %i words finds all of them', (count) => {
    const words = Array.from({ length: count }, (_, nth) => `begun${String(nth).padStart(3, '0')}`);
    record(sampleSession({ id: sampleId('01C') }), `begin ${words.join('\n')}\nbeg un\nbegum\n`);
    indexAll();
    expect(search('Begun*', { limit: 1000 }).total).toBe(count);
    expect(search('begun00* "begin"').total).toBe(1);
  });

  it('for the beginning of a word reads the words that begin so, and no others', () => {
    const index = valueOf(openIndexForReading(paths.searchIndex));
    const plans = searchKinds.map((kind) => index?.prepare(`EXPLAIN QUERY PLAN ${nextWordSql(kind)}`).all('x'));
    index?.close();
    // One step, that is without sorting; without an index it would be `INDEX 0`.
    const step = { detail: expect.stringMatching(/ VIRTUAL TABLE INDEX [1-9]\d*:$/) as string };
    for (const plan of plans) expect(plan).toMatchObject([step]);
  });

  it('takes filters', () => {
    expect(found('connection', { agent: 'codex', kinds: ['line'] })).toEqual(['line connection reset']);
    expect(found('connection', { session: claude.id })).toHaveLength(2);
    expect(found('connection', { session: claude.id, agent: 'codex' })).toEqual([]);
    expect(found('connection', { type: 'error' })).toEqual(['event connection lost']);
    expect(found('connection', { kinds: ['code'] })).toEqual(['code open(connection)']);
    expect(found('connection', { since: '2025-07-01T00:00:00Z' })).toHaveLength(3);
    expect(found('connection', { until: '2025-07-01T00:00:00Z' })).toHaveLength(2);
    expect(found('connection', { agent: 'nobody' })).toEqual([]);
  });

  it('is answered in pages', () => {
    const first = search('connection', { limit: 2 });
    const second = search('connection', { limit: 2, cursor: first.next ?? '' });
    const third = search('connection', { limit: 2, cursor: second.next ?? '' });
    expect([first, second, third].map(({ items }) => items.length)).toEqual([2, 2, 1]);
    expect(third.next).toBeNull();
    const places = [first, second, third].flatMap(({ items }) => items.map((hit) => JSON.stringify(hit)));
    expect(new Set(places).size).toBe(5);
  });

  it('puts first where the words are close to all that is said', () => {
    record(sampleSession({ id: sampleId('01C') }), `zebra\n${'word '.repeat(50)} zebra\nzebra zebra\n`);
    indexAll();
    expect(search('zebra').items.map(({ line_number }) => line_number)).toEqual([3, 1, 2]);
  });

  it.each(['', '   ', '"', 'a "b', '*', 'ab*', '---', 'x'.repeat(501), 'w '.repeat(17)])('is refused: %j', (query) => {
    const reader = openSearch(paths);
    expect(reader.search({ query, limit: 1 })).toMatchObject({ ok: false, failure: { reason: 'usage' } });
    reader.close();
  });

  it.each(['NEAR(a b)', 'text:foo', '{a b}', '^a', 'a AND', 'a + b', "'; DROP TABLE", 'ab\0cd', '🙂 a', '"a" NOT b*c'])(
    'means only its words: %j',
    (query) => {
      expect(search(query).items).toEqual([]);
    },
  );
});

describe('what is deleted', () => {
  beforeEach(() => {
    record(claude, 'secret line\n');
    indexAll();
    expect(found('secret')).toHaveLength(1);
  });

  it('goes with its recording', () => {
    rmSync(recordingFolder(paths.recordings, claude.id).path, { recursive: true });
    expect(found('secret')).toEqual([]);
    indexAll();
    expect(search('secret')).toMatchObject({ items: [], total: 0, lag: { sessions: 0 } });
  });

  it('is not what was packed', async () => {
    const session = sampleSession({ id: sampleId('01C') });
    record(session, `${'nothing to see\n'.repeat(1000)}a needle in it\n`);
    const folder = recordingFolder(paths.recordings, session.id);
    indexAll();
    await packRecording(folder, () => false);
    expect(existsSync(folder.streams.stdout)).toBe(false);
    expect(found('needle')).toEqual(['line a needle in it']);
    record(sampleSession({ id: sampleId('01D') }), 'another line\n');
    indexAll();
    expect(found('needle')).toEqual(['line a needle in it']);
  });

  it('is, for the search, what cannot be read any more', async () => {
    const session = sampleSession({ id: sampleId('01C') });
    record(session, 'nothing to see\n'.repeat(1000));
    const folder = recordingFolder(paths.recordings, session.id);
    await packRecording(folder, () => false);
    writeFileSync(packedName(folder.streams.stdout), 'damaged');
    record(sampleSession({ id: sampleId('01D') }), 'another line\n');
    indexAll();
    expect([found('nothing'), found('another')]).toEqual([[], ['line another line']]);
    expect(search('x').lag).toMatchObject({ sessions: 0 });
  });

  it('goes with its database, and comes back with the one that is rebuilt', () => {
    store.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${paths.database}${end}`, { force: true });
    expect(found('secret')).toEqual([]);
    store = valueOf(openStore(paths));
    addEvents(store, claude, []);
    finish(claude);
    expect(found('secret')).toEqual([]);
    indexAll();
    expect(found('secret')).toEqual(['line secret line']);
  });

  it('comes back where the index was deleted', () => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${paths.searchIndex}${end}`, { force: true });
    expect(search('secret')).toMatchObject({ items: [], lag: { sessions: 0 } });
    indexAll();
    expect(found('secret')).toHaveLength(1);
  });
});

it('a file that is not ours is left alone', () => {
  const reader = openSearch({ ...paths, searchIndex: paths.database });
  expect(reader.search({ query: 'x', limit: 1 })).toMatchObject({ ok: false, failure: { reason: 'database-foreign' } });
  reader.close();
  const indexing = openSearchIndexing({ ...paths, searchIndex: paths.database });
  expect(indexing.step()).toMatchObject({ ok: false, failure: { reason: 'database-foreign' } });
  indexing.close();
});

it('the index is readable by its owner alone', async () => {
  indexAll();
  const { statSync } = await import('node:fs');
  expect(statSync(join(paths.data, 'search.db')).mode & 0o777).toBe(0o600);
});
