import type Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Batch, startOfRecording } from '../../src/domain/batch.ts';
import type { EventReplacer, EventStore, SessionReader } from '../../src/domain/ports.ts';
import type { SessionEnd } from '../../src/domain/session.ts';
import { SqliteEventReplacer } from '../../src/store/event-replacer.ts';
import { SqliteEventStore } from '../../src/store/event-store.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { openReader } from '../../src/store/open-reader.ts';
import {
  addEvents,
  end,
  failureOf,
  sampleBatch,
  sampleBlock,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from './fixtures/samples.ts';

let database: Database.Database;
let store: EventStore;
let replacer: EventReplacer;
let reader: SessionReader;
const session = sampleSession();
const other = sampleSession({ id: sampleId('01B') });

beforeEach(() => {
  const paths = temporaryPaths();
  database = valueOf(openDatabase(paths.database));
  store = new SqliteEventStore(valueOf(openDatabase(paths.database)), paths.recordings);
  replacer = new SqliteEventReplacer(database, paths.recordings);
  reader = valueOf(openReader(paths.database));
});

const idsOf = (sessionId: string) =>
  valueOf(reader.events({ session: sessionId, limit: 1000 })).map(({ id, pattern }) => `${id} ${pattern}`);

const marks = () => database.prepare('SELECT id, session_id, replaced_events FROM session_reindexes').all();

const sessionEnd: SessionEnd = {
  endedAt: '2025-06-01T12:05:00.000Z',
  ending: { kind: 'exited', code: 3 },
  gapBytes: { stdout: 0, stderr: 0 },
};

/** Stages one batch with these events, and the end, and exchanges. */
function replaceBy(batch: Partial<Batch>) {
  valueOf(replacer.begin(session.id));
  const events = batch.events ?? [];
  valueOf(replacer.commit(session.id, { ...sampleBatch(startOfRecording, events), end: sessionEnd, ...batch }));
  return replacer.replace({ ...session, packs: [{ name: 'claude', version: '2', digest: 'd2' }] });
}

describe('replacing the events of a session', () => {
  beforeEach(() => {
    addEvents(store, session, [
      sampleEvent({ pattern: 'old' }),
      sampleBlock('old code'),
      sampleEvent({ pattern: 'old' }),
    ]);
    addEvents(store, other, [sampleEvent({ pattern: 'others' }), sampleBlock('old code')]);
    end(store, session, { kind: 'exited', code: 0 });
  });

  it('puts the new ones in the place of the old ones, behind everything that was there', () => {
    expect(idsOf(session.id)).toEqual(['2 old', '3 code-fence', '4 old']);
    expect(valueOf(replaceBy({ events: [sampleEvent({ pattern: 'new' }), sampleBlock('new code')] }))).toBe('replaced');
    expect(idsOf(session.id)).toEqual(['11 new', '12 code-fence']);
    expect(idsOf(other.id)).toEqual(['6 others', '7 code-fence']);
  });

  it('never gives an old id again, not even when nothing is left', () => {
    replaceBy({ events: [] });
    addEvents(store, other, [sampleEvent({ pattern: 'later' })]);
    expect(idsOf(other.id)).toEqual(['6 others', '7 code-fence', '13 later']);
  });

  it('leaves a mark between the old ids and the new ones, the last of each session', () => {
    replaceBy({ events: [sampleEvent()] });
    expect(marks()).toEqual([{ id: 10, session_id: session.id, replaced_events: 3 }]);
    replaceBy({ events: [sampleEvent()] });
    expect(marks()).toEqual([{ id: 14, session_id: session.id, replaced_events: 1 }]);
    expect(idsOf(session.id)).toEqual(['15 generic-error']);
  });

  it('marks also a store that never had an event', () => {
    const paths = temporaryPaths();
    const empty = valueOf(openDatabase(paths.database));
    const emptyStore = new SqliteEventStore(valueOf(openDatabase(paths.database)), paths.recordings);
    valueOf(emptyStore.addSession(session));
    end(emptyStore, session, { kind: 'exited', code: 0 });
    const emptyReplacer = new SqliteEventReplacer(empty, paths.recordings);
    valueOf(emptyReplacer.commit(session.id, { ...sampleBatch(startOfRecording, [sampleEvent()]), end: sessionEnd }));
    valueOf(emptyReplacer.replace(session));
    expect(empty.prepare('SELECT (SELECT id FROM reindexes) AS mark, (SELECT id FROM events) AS event').all()).toEqual([
      { mark: 4, event: 5 },
    ]);
  });

  it('replaces counts, states, the end and the packs along with them', () => {
    const states = [{ state: 'working', timeUs: 1_000_000 } as const];
    replaceBy({ events: [sampleEvent({ pattern: 'new' })], lines: 5, states });
    expect(valueOf(reader.findSession(session.id))).toMatchObject({
      id: 1,
      total_lines_processed: 5,
      total_extraction_events: 1,
      checkpoint_stdout: 100,
      exit_code: 3,
      state: 'failed',
      gap_bytes: 0,
      extraction_config_version: '[{"name":"claude","version":"2","digest":"d2"}]',
    });
    expect(valueOf(reader.stateChanges(session.id)).map(({ state }) => state)).toEqual([
      'starting',
      'working',
      'failed',
    ]);
    expect(valueOf(replacer.countsByPattern(session.id))).toEqual(new Map([['new', 1]]));
    expect(valueOf(reader.statisticsByPattern({})).map(({ pattern, count }) => [pattern, count])).toEqual([
      ['code-fence', 1],
      ['new', 1],
      ['others', 1],
    ]);
  });

  it('forgets code that only the old events had', () => {
    replaceBy({ events: [sampleBlock('new code')] });
    replaceBy({ events: [sampleBlock('newer code')] });
    const contents = database.prepare('SELECT content FROM code_block_contents ORDER BY content').pluck().all();
    expect(contents).toEqual(['newer code', 'old code']);
  });

  it('changes nothing when it fails half-way, and works afterwards', () => {
    valueOf(replacer.begin(session.id));
    const first = sampleBatch(startOfRecording, [sampleEvent({ pattern: 'new' })]);
    valueOf(replacer.commit(session.id, first));
    // It does not follow the first.
    valueOf(replacer.commit(session.id, { ...first, end: sessionEnd }));
    expect(() => replacer.replace(session)).toThrow('do not follow');
    expect(idsOf(session.id)).toEqual(['2 old', '3 code-fence', '4 old']);
    expect(marks()).toEqual([]);

    replaceBy({ events: [sampleEvent({ pattern: 'new' })] });
    expect(idsOf(session.id)).toEqual(['11 new']);
  });

  it('leaves a session alone that has not ended, or is not there', () => {
    expect(valueOf(replacer.begin(other.id))).toBe('running');
    expect(valueOf(replacer.replace(other))).toBe('running');
    expect(idsOf(other.id)).toEqual(['6 others', '7 code-fence']);
    const unknown = sampleSession({ id: sampleId('01C') });
    expect(failureOf(replacer.begin(unknown.id)).reason).toBe('session-not-found');
    expect(failureOf(replacer.replace(unknown)).reason).toBe('session-not-found');
  });

  it('shows readers the old events or the new ones, never less', () => {
    valueOf(replacer.begin(session.id));
    valueOf(replacer.commit(session.id, { ...sampleBatch(startOfRecording, [sampleEvent()]), end: sessionEnd }));
    expect(idsOf(session.id)).toHaveLength(3);
    valueOf(replacer.replace(session));
    expect(idsOf(session.id)).toHaveLength(1);
  });
});
