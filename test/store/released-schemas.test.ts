import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { schemaVersion } from '../../src/store/migrate.ts';
import { backUp } from '../../src/store/back-up.ts';
import { openConsistency } from '../../src/store/consistency.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { openFeed } from '../../src/store/open-feed.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import { restore } from '../../src/store/restore.ts';
import { fillAsOf, olderVersions } from './fixtures/released-schemas.ts';
import { addEvents, end, sampleEvent, sampleId, sampleSession, temporaryPaths, valueOf } from './fixtures/samples.ts';

function databaseOf(version: number) {
  const paths = temporaryPaths();
  mkdirSync(dirname(paths.database), { recursive: true });
  const database = new Database(paths.database);
  fillAsOf(database, version);
  database.close();
  return paths;
}

function schemaOf(path: string) {
  const database = valueOf(openDatabase(path));
  const rows = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
  database.close();
  return rows;
}

/** All that readers see, apart from what only later versions know. */
function contentsOf(path: string) {
  const reader = valueOf(openReader(path));
  const contents = {
    sessions: valueOf(reader.sessions({ limit: 9 })),
    events: valueOf(reader.events({ limit: 99 })),
    blocks: [1, 2, 3].flatMap((each) => valueOf(reader.codeBlocks({ session: sampleId(`01${'_ABC'.charAt(each)}`) }))),
    files: [1, 2, 3].map((each) => valueOf(reader.summary(sampleId(`01${'_ABC'.charAt(each)}`))).filesTouched),
    byAgent: valueOf(reader.statisticsByAgent()),
    byPattern: valueOf(reader.statisticsByPattern({})),
  };
  reader.close();
  return contents;
}

describe.each(olderVersions)('a database of version %i', (version) => {
  it('gets the schema that a new one has', () => {
    expect(schemaOf(databaseOf(version).database)).toEqual(schemaOf(temporaryPaths().database));
  });

  it('keeps all it has, and what is in it agrees', () => {
    const { database } = databaseOf(version);
    const { sessions, events, blocks, files, byAgent, byPattern } = contentsOf(database);
    const ids = sessions.map(({ session_id, state, exit_code }) => [session_id.slice(0, 3), state, exit_code]);
    expect(ids).toEqual([
      ['01C', 'starting', null],
      ['01B', 'failed', 3],
      ['01A', 'failed', 3],
    ]);
    expect(sessions.map((session) => session.imported_json)).toEqual([
      null,
      version < 2 ? null : '{"format":"log"}',
      null,
    ]);
    expect(events.map(({ matched_value }) => matched_value)).toEqual(
      ['01A', '01B', '01C'].flatMap((name) => [`${name} 1`, `${name} 2`]),
    );
    expect(blocks.map(({ content }) => content)).toEqual(['let one', 'let two', 'let two']);
    expect(files).toEqual([['a.ts'], ['a.ts'], ['a.ts']]);
    expect(byAgent.map(({ agent_name, extraction_events }) => [agent_name, extraction_events]).sort()).toEqual([
      ['claude', 2],
      ['codex', 4],
    ]);
    expect(byPattern.map(({ count }) => count)).toEqual([3, 3]);
    const consistency = valueOf(openConsistency(database));
    expect(valueOf(consistency.integrity())).toEqual([]);
    expect(valueOf(consistency.orphans())).toEqual([]);
    expect(valueOf(consistency.miscounted())).toEqual([]);
    expect(valueOf(consistency.missummed())).toEqual([]);
    expect(valueOf(consistency.agentsAreCounted())).toBe(true);
    consistency.close();
  });

  it('tells all of it in its feed, each with a number of its own, and goes on behind it', () => {
    const paths = databaseOf(version);
    const feed = valueOf(openFeed(paths.database));
    const { entries } = valueOf(feed.read({ after: 0, filter: {}, limit: 100 }));
    const count = (kind: string) => entries.filter((entry) => entry.kind === kind).length;
    expect(['extraction', 'state', 'complete', 'reindex'].map(count)).toEqual([6, 5, 2, version < 2 ? 0 : 1]);
    expect(new Set(entries.map(({ cursor }) => cursor)).size).toBe(entries.length);
    const latest = valueOf(feed.latest());
    expect(latest).toBeGreaterThanOrEqual(entries.at(-1)?.cursor ?? Infinity);

    const store = valueOf(openStore(paths));
    // The session that ran goes on, another one comes.
    expect(valueOf(store.checkpointOf(sampleId('01C')))).toMatchObject({ checkpoint: { stdout: 200 }, ended: false });
    addEvents(store, sampleSession({ id: sampleId('01C') }), [sampleEvent()]);
    end(store, sampleSession({ id: sampleId('01C') }), { kind: 'exited', code: 0 });
    addEvents(store, sampleSession({ id: sampleId('01D') }), [sampleEvent()]);
    store.close();
    const later = valueOf(feed.read({ after: latest, filter: {}, limit: 100 })).entries;
    expect(later.map(({ kind }) => kind)).toEqual(['extraction', 'state', 'complete', 'state', 'extraction']);
    feed.close();
  });

  it('can be restored from its backup, which was made before', () => {
    const { database, folder } = databaseOf(version);
    const before = contentsOf(database);
    const old = databaseOf(version).database;
    const elsewhere = `${folder}/elsewhere/ridealong.db`;
    expect(valueOf(restore(elsewhere, old))).toBe(3);
    expect(contentsOf(elsewhere)).toEqual(before);
    expect(schemaOf(elsewhere)).toEqual(schemaOf(database));
    valueOf(backUp(elsewhere, `${folder}/copy.db`));
    expect(contentsOf(`${folder}/copy.db`)).toEqual(before);
  });
});

it('there are databases of all versions but today’s', () => {
  expect(olderVersions).toEqual(Array.from({ length: schemaVersion - 1 }, (_, index) => index + 1));
});
