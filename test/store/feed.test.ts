import { renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOfRecording } from '../../src/domain/batch.ts';
import { type FeedEntry, type FeedFilter, type FeedReader, messageOf } from '../../src/domain/feed.ts';
import type { EventStore } from '../../src/domain/ports.ts';
import { openFeed } from '../../src/store/open-feed.ts';
import { openReplacer } from '../../src/store/open-replacer.ts';
import { openStore } from '../../src/store/open-store.ts';
import {
  addEvents,
  end,
  failureOf,
  sampleBatch,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from './fixtures/samples.ts';

let paths: ReturnType<typeof temporaryPaths>;
let store: EventStore;
let feed: FeedReader;
const claude = sampleSession();
const codex = sampleSession({ id: sampleId('01B'), agent: 'codex', startedAt: '2025-06-01T13:00:00.000Z' });

beforeEach(() => {
  paths = temporaryPaths();
  store = valueOf(openStore(paths));
  feed = valueOf(openFeed(paths.database));
});

afterEach(() => {
  feed.close();
  store.close();
});

/** `A event error`, `B state working`, `A complete completed`: session, kind, and what it tells. */
function told(entries: readonly FeedEntry[]): string[] {
  return entries.map((entry) => {
    const session = entry.row.session_id === claude.id ? 'A' : 'B';
    switch (entry.kind) {
      case 'extraction':
        return `${session} event ${entry.row.pattern}`;
      case 'gap':
        return `${session} gap ${entry.row.bytes} at ${entry.row.byte_offset} of ${entry.row.stream}`;
      case 'reindex':
        return `${session} reindex ${entry.row.replaced_events}`;
      default:
        return `${session} ${entry.kind} ${entry.row.state}`;
    }
  });
}

/** All that passes behind `after`, read a few at a time. */
function all(filter: FeedFilter = {}, after = 0, limit = 2): FeedEntry[] {
  const entries: FeedEntry[] = [];
  let cursor = after;
  while (cursor < valueOf(feed.latest())) {
    const page = valueOf(feed.read({ after: cursor, filter, limit }));
    entries.push(...page.entries);
    expect(page.cursor).toBeGreaterThan(cursor);
    cursor = page.cursor;
  }
  return entries;
}

function addStates(session: typeof claude, ...states: readonly ('working' | 'needs_input')[]) {
  const from = valueOf(store.checkpointOf(session.id))?.checkpoint ?? startOfRecording;
  const changes = states.map((state, index) => ({ state, timeUs: 1_000 * (index + 1) }));
  valueOf(store.commit(session.id, { ...sampleBatch(from, []), states: changes }));
}

/** Two sessions at the same time: claude's ends. */
function addTwoSessions() {
  addEvents(store, claude, [sampleEvent({ pattern: 'first' })]);
  addEvents(store, codex, [sampleEvent({ pattern: 'second', risk: 'high' })]);
  addStates(claude, 'working', 'needs_input');
  addEvents(store, claude, [
    sampleEvent({ pattern: 'third', type: 'permission' }),
    sampleEvent({ pattern: 'fourth', risk: 'high' }),
  ]);
  end(store, claude, { kind: 'exited', code: 0 });
  addEvents(store, codex, [sampleEvent({ pattern: 'fifth' })]);
}

const everything = [
  'A state starting',
  'A event first',
  'B state starting',
  'B event second',
  'A state working',
  'A state needs_input',
  'A event third',
  'A event fourth',
  'A state completed',
  'A complete completed',
  'B event fifth',
];

describe('the feed', () => {
  it('tells of gaps among the rest, once each, whatever kinds are asked for', () => {
    valueOf(store.addSession(claude));
    valueOf(store.addSession(codex));
    const gap = { stream: 'stderr', bytes: 7, offset: 3, timeUs: 1_000 } as const;
    const batch = { ...sampleBatch(startOfRecording, [sampleEvent({ pattern: 'first' })]), gaps: [gap] };
    valueOf(store.commit(claude.id, batch));
    valueOf(store.commit(claude.id, { ...batch, events: [], from: batch.to, to: batch.to, lines: 0 }));
    const expected = ['A state starting', 'B state starting', 'A event first', 'A gap 7 at 3 of stderr'];
    expect(told(all())).toEqual(expected);
    expect(told(all({ kinds: ['complete'] }))).toEqual(expected.slice(-1));
    expect(told(all({ session: claude.id, kinds: ['complete'] }))).toEqual(expected.slice(-1));
    expect(told(all({ session: codex.id }))).toEqual(['B state starting']);
    expect(told(all({ agent: 'codex' }))).toEqual(['B state starting']);
    expect(told(valueOf(feed.newest({ filter: {}, limit: 1 })).entries)).toEqual(expected.slice(-1));
  });

  it('has all that happened in the order of the commits, each with a cursor of its own', () => {
    addTwoSessions();
    expect(told(all())).toEqual(everything);
    const cursors = all().map(({ cursor }) => cursor);
    expect(cursors).toEqual([...new Set(cursors)].sort((one, other) => one - other));
  });

  it('is the same however much is read at a time', () => {
    addTwoSessions();
    for (const limit of [1, 3, 5, 100]) expect(told(all({}, 0, limit))).toEqual(everything);
  });

  it('goes on behind any cursor', () => {
    addTwoSessions();
    const entries = all();
    entries.forEach(({ cursor }, index) => expect(all({}, cursor)).toEqual(entries.slice(index + 1)));
  });

  it('has nothing new while nobody commits, and what is committed then', () => {
    addTwoSessions();
    const latest = valueOf(feed.latest());
    expect(valueOf(feed.read({ after: latest, filter: {}, limit: 10 }))).toEqual({ entries: [], cursor: latest });
    addEvents(store, codex, [sampleEvent({ pattern: 'sixth' })]);
    expect(told(all({}, latest))).toEqual(['B event sixth']);
  });

  it('tells of events, states and sessions by their columns', () => {
    addTwoSessions();
    const [state, event] = all();
    const complete = all({ kinds: ['complete'] })[0];
    expect(state?.row).toMatchObject({ agent_name: 'claude', session_id: claude.id, state: 'starting' });
    expect(event?.row).toMatchObject({ agent_name: 'claude', event_type: 'error', matched_value: 'Error: no' });
    expect(complete?.row).toMatchObject({
      agent_name: 'claude',
      exit_code: 0,
      total_extraction_events: 3,
      gap_bytes: 7,
    });
    expect(complete?.row).not.toHaveProperty('end_id');
  });

  it('becomes messages with what all of them have in front', () => {
    addTwoSessions();
    const [, event] = all();
    const [complete] = all({ kinds: ['complete'] });
    if (event === undefined || complete === undefined) throw new Error('the feed is too short');
    expect(messageOf(event)).toEqual({
      type: 'extraction',
      timestamp: '2025-06-01T12:00:00.124500Z',
      agent: 'claude',
      cursor: event.cursor,
      ...event.row,
    });
    expect(messageOf(complete)).toMatchObject({ type: 'complete', timestamp: '2025-06-01T12:05:00.000Z' });
  });

  it('begins with the database, wherever that appears later', () => {
    const later = temporaryPaths();
    const early = valueOf(openFeed(later.database));
    expect(valueOf(early.latest())).toBe(0);
    expect(valueOf(early.read({ after: 0, filter: {}, limit: 10 }))).toEqual({ entries: [], cursor: 0 });
    const laterStore = valueOf(openStore(later));
    addEvents(laterStore, claude, [sampleEvent({ pattern: 'first' })]);
    expect(told(valueOf(early.read({ after: 0, filter: {}, limit: 10 })).entries)).toEqual([
      'A state starting',
      'A event first',
    ]);
    early.close();
    laterStore.close();
  });

  it('says so when another database that has less has taken the place of the one that was read', () => {
    addTwoSessions();
    const latest = valueOf(feed.latest());
    const rebuilt = temporaryPaths();
    const rebuiltStore = valueOf(openStore(rebuilt));
    addEvents(rebuiltStore, claude, [sampleEvent({ pattern: 'rebuilt' })]);
    rebuiltStore.close();
    for (const suffix of ['-wal', '-shm']) rmSync(paths.database + suffix, { force: true });
    renameSync(rebuilt.database, paths.database);
    expect(failureOf(feed.read({ after: latest, filter: {}, limit: 10 }))).toEqual({
      reason: 'cursor-ahead',
      message: `cursor ${latest} is behind the end of the feed, 2: it is of another database, or this one was rebuilt; read on from 0`,
    });
    expect(told(all())).toEqual(['A state starting', 'A event rebuilt']);
  });
});

describe('a filter', () => {
  beforeEach(addTwoSessions);

  it.each<[FeedFilter, string[]]>([
    [{ agent: 'codex' }, ['B state starting', 'B event second', 'B event fifth']],
    [{ session: codex.id }, ['B state starting', 'B event second', 'B event fifth']],
    [{ session: codex.id, agent: 'claude' }, []],
    [{ agent: 'nobody' }, []],
    [{ session: sampleId('01Z') }, []],
    [{ kinds: ['complete'] }, ['A complete completed']],
    [{ kinds: ['state'], agent: 'claude' }, everything.filter((text) => text.startsWith('A state'))],
    [{ kinds: ['extraction'] }, everything.filter((text) => text.includes('event'))],
    [{ kinds: ['extraction'], risk: 'high' }, ['B event second', 'A event fourth']],
    [{ kinds: ['extraction'], risk: 'high', session: claude.id }, ['A event fourth']],
    [{ kinds: ['extraction'], type: 'permission' }, ['A event third']],
    [{ kinds: ['extraction'], pattern: 'fifth' }, ['B event fifth']],
    [
      { kinds: ['extraction', 'complete'], session: claude.id },
      ['A event first', 'A event third', 'A event fourth', 'A complete completed'],
    ],
    [{ kinds: [] }, []],
  ])('%j lets pass what it names', (filter, expected) => {
    expect(told(all(filter))).toEqual(expected);
    expect(told(valueOf(feed.newest({ filter, limit: 100 })).entries)).toEqual(expected);
  });

  it('asks for type, pattern and risk of events only', () => {
    expect(told(all({ session: codex.id, risk: 'high' }))).toEqual(['B state starting', 'B event second']);
  });

  it('does not keep the cursor from moving past what is left out', () => {
    const latest = valueOf(feed.latest());
    const page = valueOf(feed.read({ after: 0, filter: { pattern: 'nothing', kinds: ['extraction'] }, limit: 10 }));
    expect(page).toEqual({ entries: [], cursor: latest });
  });

  it('has no more than a bounded stretch of the feed gone through at once', () => {
    const many = Array.from({ length: 10_500 }, () => sampleEvent({ pattern: 'noise' }));
    addEvents(store, codex, [...many, sampleEvent({ pattern: 'rare' })]);
    const filter: FeedFilter = { pattern: 'rare', kinds: ['extraction'] };
    expect(valueOf(feed.read({ after: 0, filter, limit: 10 }))).toEqual({ entries: [], cursor: 10_000 });
    expect(told(all(filter, 0, 10))).toEqual(['B event rare']);
  });

  it('of a session finds its entries in one step, however far apart they are', () => {
    addEvents(
      store,
      codex,
      Array.from({ length: 10_500 }, () => sampleEvent({ pattern: 'noise' })),
    );
    const late = sampleSession({ id: sampleId('01C') });
    addEvents(store, late, [sampleEvent({ pattern: 'late' })]);
    const page = valueOf(feed.read({ after: 0, filter: { session: late.id }, limit: 10 }));
    expect(page.entries.map(({ kind }) => kind)).toEqual(['state', 'extraction']);
    expect(page.cursor).toBe(valueOf(feed.latest()));
  });
});

describe('the newest entries', () => {
  beforeEach(addTwoSessions);

  it('are the last that pass, in the order of the feed, and the cursor is behind all of it', () => {
    expect(valueOf(feed.newest({ filter: {}, limit: 3 }))).toEqual({
      entries: all().slice(-3),
      cursor: valueOf(feed.latest()),
    });
    expect(told(valueOf(feed.newest({ filter: { kinds: ['state'] }, limit: 2 })).entries)).toEqual([
      'A state needs_input',
      'A state completed',
    ]);
    expect(told(valueOf(feed.newest({ filter: { session: claude.id }, limit: 3 })).entries)).toEqual([
      'A event fourth',
      'A state completed',
      'A complete completed',
    ]);
  });
});

describe('the cursor at a time', () => {
  beforeEach(addTwoSessions);

  it('is before the first entry that is not older', () => {
    const since = (time: string) => told(all({}, valueOf(feed.cursorAt(time))));
    expect(since('2025-01-01')).toEqual(everything);
    expect(since('2025-06-01T12:00:00.124500Z')).toEqual(everything.slice(1));
    expect(since('2025-06-01T12:00:01Z')).toEqual(everything.slice(2));
    expect(since('2025-06-02')).toEqual([]);
  });

  it('needs a time', () => {
    expect(failureOf(feed.cursorAt('soon')).reason).toBe('usage');
  });
});

describe('a session that was extracted anew', () => {
  it('is told behind its mark, which passes whatever kinds and types are asked for', () => {
    addTwoSessions();
    const before = valueOf(feed.latest());
    const replacer = valueOf(openReplacer(paths));
    valueOf(replacer.begin(claude.id));
    const sessionEnd = {
      endedAt: '2025-06-01T12:05:00.000Z',
      ending: { kind: 'exited', code: 0 },
      gapBytes: { stdout: 0, stderr: 0 },
    } as const;
    const batch = sampleBatch(startOfRecording, [sampleEvent({ pattern: 'anew' })]);
    valueOf(replacer.commit(claude.id, { ...batch, states: [{ state: 'working', timeUs: 5 }], end: sessionEnd }));
    valueOf(replacer.replace(claude));
    replacer.close();

    const anew = ['A event anew', 'A state working', 'A state completed', 'A complete completed'];
    expect(told(all({}, before))).toEqual(['A reindex 3', ...anew]);
    expect(told(all())).toEqual([
      'A state starting',
      'B state starting',
      'B event second',
      'B event fifth',
      'A reindex 3',
      ...anew,
    ]);
    expect(told(all({ kinds: ['extraction'], type: 'permission' }, before))).toEqual(['A reindex 3']);
    expect(told(all({ session: claude.id, kinds: ['complete'] }, before))).toEqual([
      'A reindex 3',
      'A complete completed',
    ]);
    expect(told(all({ agent: 'codex' }, before))).toEqual([]);
    expect(told(all({ session: codex.id }, before))).toEqual([]);
  });
});
