import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import { fail } from '../src/domain/result.ts';
import type { Retention } from '../src/domain/retention.ts';
import type { Session } from '../src/domain/session.ts';
import { extractInto } from '../src/extract-recording.ts';
import { prune, type Pruner, reclaimSpace, whatToPrune } from '../src/prune.ts';
import { pruneWhenDue } from '../src/prune-when-due.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import { identify } from '../src/recording/process-identity.ts';
import { recover } from '../src/recover.ts';
import { reindexSession } from '../src/reindex.ts';
import { openFeed } from '../src/store/open-feed.ts';
import { openPruner } from '../src/store/open-pruner.ts';
import { openReplacer } from '../src/store/open-replacer.ts';
import { openStore } from '../src/store/open-store.ts';
import { rowsPerTransaction } from '../src/store/session-deletion.ts';
import {
  failureOf,
  sampleBatch,
  sampleBlock,
  sampleEvent,
  sampleId,
  sampleSession,
  valueOf,
} from './store/fixtures/samples.ts';
import {
  eventsOf,
  packOfWords,
  packsOfWords,
  reading,
  recordSession,
  temporaryHome,
} from './support/recorded-sessions.ts';

const unlimited: Retention = {
  maxAgeDays: Infinity,
  recordingsMaxAgeDays: Infinity,
  maxTotalBytes: Infinity,
  agents: {},
};
const dayMs = 86_400_000;
let paths: Paths;

beforeEach(() => {
  paths = temporaryHome();
});

/** A session as its wrapper left it so many days ago: with the event `one: one NAME`. */
function leave(name: string, daysAgo: number): Session {
  const endedAtMs = Date.now() - daysAgo * dayMs;
  const session = sampleSession({
    id: sampleId(name),
    host: hostname(),
    streams: ['stdout'],
    startedAt: new Date(endedAtMs - 1000).toISOString(),
    end: {
      endedAt: new Date(endedAtMs).toISOString(),
      ending: { kind: 'exited', code: 0 },
      gapBytes: { stdout: 0, stderr: 0 },
    },
  });
  recordSession(paths, session, [{ stream: 'stdout', timeUs: 1000, bytes: Buffer.from(`one ${name}\n`) }]);
  const folder = recordingFolder(paths.recordings, session.id);
  utimesSync(folder.session, endedAtMs / 1000, endedAtMs / 1000);
  const store = valueOf(openStore(paths));
  valueOf(extractInto(store, { session, folder, packs: [packOfWords('one')] }));
  store.close();
  return session;
}

async function pruneBy(retention: Partial<Retention>, changes: Partial<Pruner> = {}) {
  const store = valueOf(openPruner(paths.database));
  const pruner: Pruner = { paths, store, isOver: () => false, ...changes };
  try {
    const plan = valueOf(whatToPrune(pruner, { retention: { ...unlimited, ...retention }, nowMs: Date.now() }));
    const done: string[] = [];
    for await (const { pruning, outcome } of prune(plan, pruner)) {
      done.push(`${pruning.session.sessionId.slice(0, 3)} ${outcome.ok ? outcome.value : outcome.failure.message}`);
    }
    valueOf(await reclaimSpace(pruner));
    return done;
  } finally {
    store.close();
  }
}

const isRecorded = (session: Session) => existsSync(recordingFolder(paths.recordings, session.id).path);

/** Everything that hangs together in the database still does. */
function expectWhole() {
  const database = new Database(paths.database, { readonly: true });
  const one = (sql: string) => database.prepare(sql).pluck().get();
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.pragma('foreign_key_check')).toEqual([]);
  expect(one('SELECT coalesce(sum(events), 0) FROM session_tallies')).toBe(one('SELECT count(*) FROM events'));
  expect(one('SELECT coalesce(sum(events), 0) FROM agent_tallies')).toBe(one('SELECT count(*) FROM events'));
  expect(one('SELECT coalesce(sum(events), 0) FROM sessions')).toBe(one('SELECT count(*) FROM events'));
  expect(one('SELECT count(*) FROM code_block_contents')).toBe(
    one('SELECT count(DISTINCT content_key) FROM code_block_occurrences'),
  );
  database.close();
}

describe('pruning', () => {
  it('deletes a session that is too old, with its recording, its events and its states', async () => {
    const [old, young] = [leave('01A', 91), leave('01B', 1)];
    expect(await pruneBy({ maxAgeDays: 90 })).toEqual(['01A pruned']);
    expect([isRecorded(old), isRecorded(young)]).toEqual([false, true]);
    expect(eventsOf(paths)).toEqual(['one: one 01B']);
    expect(reading(paths, (reader) => valueOf(reader.sessions({ limit: 9 })))).toHaveLength(1);
    expect(readdirSync(paths.recordings)).toEqual([young.id]);
    expectWhole();
  });

  it('lets the recording go before the events, and says so', async () => {
    const session = leave('01A', 31);
    expect(await pruneBy({ recordingsMaxAgeDays: 30 })).toEqual(['01A pruned']);
    expect(isRecorded(session)).toBe(false);
    expect(eventsOf(paths)).toEqual(['one: one 01A']);
    const day = new Date().toISOString().slice(0, 10);
    expect(reading(paths, (reader) => valueOf(reader.summary(session.id)).recordingPrunedAt)).toContain(day);
    expect(await pruneBy({ recordingsMaxAgeDays: 30 })).toEqual([]);
  });

  it('is not undone by a recovery, nor by a reindex', async () => {
    const [session, gone] = [leave('01A', 31), leave('01B', 91)];
    await pruneBy({ maxAgeDays: 90, recordingsMaxAgeDays: 30 });
    expect(await recover(paths)).toEqual([]);
    const replacer = valueOf(openReplacer(paths));
    for (const { id } of [session, gone]) {
      const options = { paths, replacer, packsOf: packsOfWords('other'), isDryRun: false };
      expect(await reindexSession(id, options)).toMatchObject({ ok: false });
    }
    replacer.close();
    expect(eventsOf(paths)).toEqual(['one: one 01A']);
  });

  it('leaves alone what was imported a day ago, however old it is itself', async () => {
    const session = leave('01A', 400);
    const yesterday = Date.now() / 1000 - 86_400;
    utimesSync(recordingFolder(paths.recordings, session.id).session, yesterday, yesterday);
    expect(await pruneBy({ maxAgeDays: 90 })).toEqual([]);
    expect(isRecorded(session)).toBe(true);
  });

  it('leaves a session alone that has not ended, or whose wrapper runs', async () => {
    const running = sampleSession({ id: sampleId('01A'), startedAt: '2020-01-01T00:00:00.000Z' });
    recordSession(paths, running, []);
    const store = valueOf(openStore(paths));
    valueOf(store.addSession(running));
    store.close();
    const unended = leave('01B', 91);
    const self = identify(process.pid) ?? { pid: 0, startTicks: 0 };
    const folder = recordingFolder(paths.recordings, unended.id);
    writeFileSync(folder.session, JSON.stringify({ ...unended, end: undefined, process: self }));
    utimesSync(folder.session, 0, 0);
    expect(await pruneBy({ maxAgeDays: 90, maxTotalBytes: 0 })).toEqual([
      `01B ${unended.id} still runs; it is left alone`,
    ]);
    expect([isRecorded(running), isRecorded(unended)]).toEqual([true, true]);
    expect(reading(paths, (reader) => valueOf(reader.sessions({ limit: 9 })))).toHaveLength(2);
  });

  it('keeps a recording that could not be archived, and its session', async () => {
    const session = leave('01A', 91);
    const archive = () => fail({ reason: 'recording-unwritable', message: 'no room' } as const);
    expect(await pruneBy({ maxAgeDays: 90 }, { archive })).toEqual(['01A no room']);
    expect(isRecorded(session)).toBe(true);
    expect(eventsOf(paths)).toHaveLength(1);
  });

  it('deletes what somebody who was killed had begun to delete', async () => {
    leave('01A', 1);
    const left = join(paths.recordings, '.pruned-1-1');
    mkdirSync(left);
    writeFileSync(join(left, 'stdout.log'), 'x');
    const store = valueOf(openPruner(paths.database));
    expect((await prune([], { paths, store, isOver: () => false }).next()).done).toBe(true);
    store.close();
    expect(existsSync(left)).toBe(false);
  });
});

describe('a session with many events', () => {
  const count = 3 * rowsPerTransaction;
  const session = sampleSession({ id: sampleId('01M'), startedAt: '2020-01-01T00:00:00.000Z' });

  beforeEach(() => {
    const store = valueOf(openStore(paths));
    valueOf(store.addSession(session));
    const events = Array.from({ length: count }, (_, index) =>
      index % 3 === 0
        ? sampleBlock(`block ${index % 2}`)
        : sampleEvent({ pattern: `of-${index % 5}`, originalLine: 'x'.repeat(500) }),
    );
    const end = {
      endedAt: '2020-01-01T01:00:00.000Z',
      ending: { kind: 'exited', code: 0 },
      gapBytes: { stdout: 0, stderr: 0 },
    } as const;
    valueOf(store.commit(session.id, { ...sampleBatch({ stdout: 0, stderr: 0 }, events), end }));
    store.close();
    // Read by another connection after each transaction: as whoever is interrupted would leave it.
    leave('01B', 1);
  });

  const counted = () => {
    const database = new Database(paths.database, { readonly: true });
    const rows = database.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0;
    database.close();
    return rows;
  };

  it('is deleted in small transactions, after each of which all counts are right', () => {
    const store = valueOf(openPruner(paths.database));
    const deletion = store.deletionOf(session.id);
    const deleted: number[] = [];
    for (let before = counted(), step = valueOf(deletion.step()); step !== 'done'; step = valueOf(deletion.step())) {
      const after = counted();
      if (step === 'deleted') deleted.push(before - after);
      before = after;
      expectWhole();
    }
    store.close();
    expect(deleted.filter((rows) => rows > 0)).toEqual([rowsPerTransaction, rowsPerTransaction, rowsPerTransaction]);
    expect(eventsOf(paths)).toEqual(['one: one 01B']);
  });

  it('goes on where the time was over', async () => {
    let steps = 0;
    expect(await pruneBy({ maxAgeDays: 90 }, { isOver: () => (steps += 1) > 4 })).toEqual(['01M later']);
    const left = counted() - 1;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(count);
    expectWhole();
    expect(await pruneBy({ maxAgeDays: 90 })).toEqual(['01M pruned']);
    expect(counted()).toBe(1);
  });

  it('gives its space back to the file system', async () => {
    const size = () => statSync(paths.database).size;
    const checkpointed = () => new Database(paths.database).pragma('wal_checkpoint(TRUNCATE)');
    checkpointed();
    const before = size();
    await pruneBy({ maxAgeDays: 90 });
    checkpointed();
    expect(size()).toBeLessThan(before / 2);
    expectWhole();
  });

  it('leaves its numbers in the feed to nobody else: cursors stay valid', async () => {
    const feed = valueOf(openFeed(paths.database));
    const before = valueOf(feed.latest());
    await pruneBy({ maxAgeDays: 0 });
    expect(counted()).toBe(0);
    expect(valueOf(feed.latest())).toBe(before);
    leave('01C', 1);
    const { entries } = valueOf(feed.read({ after: before, filter: {}, limit: 100 }));
    expect(entries.map(({ row }) => row.session_id)).toEqual(entries.map(() => sampleId('01C')));
    expect(entries[0]?.cursor).toBeGreaterThan(before);
    feed.close();
  });
});

describe('pruning now and then', () => {
  const never = { isOver: () => false };

  it('does what the config file says, at most once within a minute', async () => {
    leave('01A', 8);
    mkdirSync(dirname(paths.config), { recursive: true });
    writeFileSync(paths.config, 'retention: { agents: { claude: { max_age_days: 7 } } }');
    valueOf(await pruneWhenDue(paths, never));
    expect(eventsOf(paths)).toEqual([]);
    leave('01B', 8);
    valueOf(await pruneWhenDue(paths, never));
    expect(eventsOf(paths)).toEqual(['one: one 01B']);
    utimesSync(join(paths.data, 'pruned-at'), 0, 0);
    valueOf(await pruneWhenDue(paths, never));
    expect(eventsOf(paths)).toEqual([]);
  });

  it('deletes nothing while the config file is not understood', async () => {
    leave('01A', 400);
    mkdirSync(dirname(paths.config), { recursive: true });
    writeFileSync(paths.config, 'retention: { max_age_days: ten }');
    valueOf(await pruneWhenDue(paths, never));
    expect(eventsOf(paths)).toHaveLength(1);
  });

  it('packs what ended an hour ago, when there is time for that', async () => {
    const [old, young] = [leave('01A', 1), leave('01B', 0)];
    for (const { id } of [old, young]) {
      writeFileSync(recordingFolder(paths.recordings, id).streams.stdout, `one\n${'again\n'.repeat(10_000)}`);
    }
    valueOf(await pruneWhenDue(paths, never));
    expect(readdirSync(join(paths.recordings, old.id))).toContain('stdout.log');
    utimesSync(join(paths.data, 'pruned-at'), 0, 0);
    valueOf(await pruneWhenDue(paths, { ...never, packs: true }));
    expect(readdirSync(join(paths.recordings, old.id)).sort()).toEqual(['session.json', 'stdout.log.gz', 'timing']);
    expect(readdirSync(join(paths.recordings, young.id))).toContain('stdout.log');
  });

  it('does the rest where one session cannot be pruned, and one not be packed', async () => {
    const [stuck, old, damaged, fine] = [leave('01A', 91), leave('01B', 91), leave('01C', 2), leave('01D', 1)];
    const streamOf = ({ id }: Session) => recordingFolder(paths.recordings, id).streams.stdout;
    for (const each of [damaged, fine]) writeFileSync(streamOf(each), `one\n${'again\n'.repeat(10_000)}`);
    // Where its packed file would be, there is a folder.
    mkdirSync(`${streamOf(damaged)}.gz`);
    const self = identify(process.pid) ?? { pid: 0, startTicks: 0 };
    const { session } = recordingFolder(paths.recordings, stuck.id);
    writeFileSync(session, JSON.stringify({ ...stuck, end: undefined, process: self }));
    utimesSync(session, 0, 0);
    const pruned = await pruneWhenDue(paths, { ...never, packs: true });
    expect(failureOf(pruned).message).toContain('still runs');
    expect([stuck, old, fine].map(isRecorded)).toEqual([true, false, true]);
    expect(existsSync(`${streamOf(fine)}.gz`)).toBe(true);
  });

  it('leaves it for the next time while somebody else holds the lock', async () => {
    leave('01A', 91);
    const other = new Database(paths.database);
    other.exec('BEGIN IMMEDIATE');
    valueOf(await pruneWhenDue(paths, never));
    other.exec('ROLLBACK');
    other.close();
    expect(eventsOf(paths)).toHaveLength(1);
    utimesSync(join(paths.data, 'pruned-at'), 0, 0);
    valueOf(await pruneWhenDue(paths, never));
    expect(eventsOf(paths)).toEqual([]);
  });

  it('creates nothing where there is nothing', async () => {
    valueOf(await pruneWhenDue(paths, never));
    expect(readdirSync(paths.data)).toEqual([]);
  });
});
