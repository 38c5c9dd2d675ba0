import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backUp } from '../../src/store/back-up.ts';
import { openLeases } from '../../src/store/leases.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { openFeed } from '../../src/store/open-feed.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import { restore } from '../../src/store/restore.ts';
import { vacuum } from '../../src/store/vacuum.ts';
import { buildProgram, startCommitting } from './fixtures/committing.ts';
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

type Paths = ReturnType<typeof temporaryPaths>;
let paths: Paths;
let file: string;
const session = sampleSession();

beforeEach(() => {
  paths = temporaryPaths();
  file = join(paths.folder, 'backup.db');
  addSession('01A');
});

function addSession(name: string) {
  const store = valueOf(openStore(paths));
  addEvents(store, sampleSession({ id: sampleId(name) }), [sampleEvent(), sampleBlock(`of ${name}`)]);
  end(store, sampleSession({ id: sampleId(name) }), { kind: 'exited', code: 0 });
  store.close();
}

function sessionsIn(database: string): string[] {
  const reader = valueOf(openReader(database));
  const rows = valueOf(reader.sessions({ limit: 100 }));
  reader.close();
  return rows.map(({ session_id }) => session_id.slice(0, 3)).sort();
}

const checked = (database: string) => {
  const plain = new Database(database, { readonly: true });
  const found = [plain.pragma('integrity_check', { simple: true }), plain.pragma('foreign_key_check')];
  plain.close();
  return found;
};

describe('a backup', () => {
  it('is a database with all there was, for the user alone', () => {
    const bytes = valueOf(backUp(paths.database, file));
    expect(statSync(file)).toMatchObject({ size: bytes });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(sessionsIn(file)).toEqual(['01A']);
    expect(checked(file)).toEqual(['ok', []]);
    expect(readdirSync(paths.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('takes the place of nothing', () => {
    writeFileSync(file, 'dear');
    expect(failureOf(backUp(paths.database, file)).message).toContain('is there already');
    expect(readFileSync(file, 'utf8')).toBe('dear');
  });

  it('needs a database, and a place to write to', () => {
    const nothing = temporaryPaths().database;
    expect(failureOf(backUp(nothing, file)).message).toContain('no database');
    const nowhere = join(paths.folder, 'no', 'such', 'folder.db');
    expect(failureOf(backUp(paths.database, nowhere)).message).toContain('folder.db');
  });

  describe('while others write', () => {
    let program: string;
    beforeAll(async () => {
      program = await buildProgram('committing-process');
    });

    it('is of one moment: with each session whole up to its checkpoint', async () => {
      const started = await Promise.all(['01P', '01Q'].map((name) => startCommitting(program, paths, name, 40)));
      for (const { child } of started) child.send('go');
      const files = [1, 2, 3].map((number) => `${file}.${number}`);
      for (const each of files) {
        valueOf(backUp(paths.database, each));
        await new Promise(setImmediate);
      }
      expect(await Promise.all(started.map(({ outcome }) => outcome))).toEqual(['exit 0', 'exit 0']);
      for (const each of files) {
        expect(checked(each)).toEqual(['ok', []]);
        const reader = valueOf(openReader(each));
        for (const row of valueOf(reader.sessions({ limit: 9 })).filter(({ session_id }) =>
          /^01[PQ]/.test(session_id),
        )) {
          const events = valueOf(reader.events({ session: row.session_id, limit: 1000 }));
          expect([events.length, row.checkpoint_stdout]).toEqual([
            row.total_extraction_events,
            100 * row.total_extraction_events,
          ]);
        }
        reader.close();
      }
    });
  });
});

describe('restoring', () => {
  it('puts what was backed up in the place of what is there', () => {
    valueOf(backUp(paths.database, file));
    addSession('01B');
    expect(valueOf(restore(paths.database, file))).toBe(1);
    expect(sessionsIn(paths.database)).toEqual(['01A']);
    expect(checked(paths.database)).toEqual(['ok', []]);
    const reader = valueOf(openReader(paths.database));
    expect(valueOf(reader.codeBlocks({ session: session.id }))[0]?.content).toBe('of 01A');
    reader.close();
  });

  it('makes a database where there is none', () => {
    valueOf(backUp(paths.database, file));
    const elsewhere = temporaryPaths().database;
    expect(valueOf(restore(elsewhere, file))).toBe(1);
    expect(sessionsIn(elsewhere)).toEqual(['01A']);
  });

  it('leaves a database that counts, deletes and grows as before', () => {
    valueOf(backUp(paths.database, file));
    valueOf(restore(paths.database, file));
    addSession('01C');
    const database = valueOf(openDatabase(paths.database));
    database.prepare('DELETE FROM sessions').run();
    const left = (table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect(['events', 'session_tallies', 'agent_tallies', 'code_block_contents'].map(left)).toEqual([0, 0, 0, 0]);
    database.close();
  });

  it('never gives out numbers of the feed again', () => {
    valueOf(backUp(paths.database, file));
    addSession('01B');
    const feed = valueOf(openFeed(paths.database));
    const before = valueOf(feed.latest());
    valueOf(restore(paths.database, file));
    expect(valueOf(feed.latest())).toBe(before);
    addSession('01C');
    const { entries } = valueOf(feed.read({ after: before, filter: {}, limit: 100 }));
    expect(entries.map(({ row }) => row.session_id)).toEqual(entries.map(() => sampleId('01C')));
    expect(entries.length).toBeGreaterThan(0);
    feed.close();
  });

  it('makes a database of another origin, whose keys are those of no session that was there', () => {
    const found = () => {
      const database = valueOf(openDatabase(paths.database));
      const pluck = (sql: string) => database.prepare(sql).pluck().all();
      const contents = { origin: pluck('SELECT id FROM origin'), keys: pluck('SELECT key FROM sessions ORDER BY key') };
      database.close();
      return contents;
    };
    valueOf(backUp(paths.database, file));
    addSession('01B');
    const before = found();
    valueOf(restore(paths.database, file));
    addSession('01C');
    const after = found();
    expect(after.origin).not.toEqual(before.origin);
    expect(before.keys).toHaveLength(2);
    expect(after.keys.filter((key) => before.keys.includes(key))).toEqual([before.keys[0]]);
  });

  it('is no harm to a wrapper that runs: what it goes on to commit is refused, and left to its recording', () => {
    valueOf(backUp(paths.database, file));
    const store = valueOf(openStore(paths));
    const running = sampleSession({ id: sampleId('01R') });
    addEvents(store, running, [sampleEvent()]);
    valueOf(restore(paths.database, file));
    const next = sampleBatch({ stdout: 100, stderr: 0 }, [sampleEvent()]);
    expect(failureOf(store.commit(running.id, next)).reason).toBe('session-not-found');
    valueOf(store.addSession(running));
    store.close();
    expect(sessionsIn(paths.database)).toEqual(['01A', '01R']);
  });

  it.each([
    ['is not there', () => undefined, /there is no /],
    ['is of something else', () => writeFileSync(file, 'dear diary'.repeat(100)), /not a database of ridealong/],
    ['is of a newer ridealong', () => changed((database) => database.pragma('user_version = 99')), /newer ridealong/],
    ['is damaged', damage, /damaged|malformed/],
  ])('refuses a file that %s, and leaves everything as it was', (_what, prepare, message) => {
    prepare();
    addSession('01B');
    expect(failureOf(restore(paths.database, file)).message).toMatch(message);
    expect(sessionsIn(paths.database)).toEqual(['01A', '01B']);
  });

  function changed(change: (database: Database.Database) => void) {
    valueOf(backUp(paths.database, file));
    const database = new Database(file);
    change(database);
    database.close();
  }

  function damage() {
    valueOf(backUp(paths.database, file));
    const bytes = readFileSync(file);
    bytes.fill(0xff, 3 * 4096, 12 * 4096);
    writeFileSync(file, bytes);
  }
});

describe('vacuum', () => {
  it('leaves leases to who holds them now', () => {
    const claim = {
      sessionId: sampleId('01L'),
      agent: 'claude',
      workingDirectory: '/work',
      host: 'here',
      process: { pid: 1, startTicks: 1 },
      bootId: '',
    };
    const leases = valueOf(openLeases(paths.database, () => false));
    valueOf(leases.take('before', claim, 1000));
    valueOf(backUp(paths.database, file));
    valueOf(leases.release({ name: 'before', token: 1 }, claim.sessionId));
    valueOf(leases.take('now', claim, 1000));
    valueOf(restore(paths.database, file));
    expect(valueOf(leases.renew({ name: 'now', token: 1 }, claim.sessionId, 2000))).toBe(true);
    expect(valueOf(leases.take('before', claim, 1000))).toEqual({ taken: { name: 'before', token: 2 } });
    leases.close();
  });

  it('makes a database of an older ridealong one that gives space back', () => {
    const old = join(dirname(paths.database), 'old.db');
    valueOf(backUp(paths.database, old));
    const plain = new Database(old);
    plain.pragma('auto_vacuum = NONE');
    plain.exec('VACUUM');
    expect(plain.pragma('auto_vacuum', { simple: true })).toBe(0);
    plain.exec('CREATE TABLE filling AS SELECT randomblob(1000000) AS bytes; DROP TABLE filling');
    plain.close();
    const { bytesBefore, bytesAfter } = valueOf(vacuum(old));
    expect(bytesAfter).toBeLessThan(bytesBefore - 900_000);
    const opened = valueOf(openDatabase(old));
    expect(opened.pragma('auto_vacuum', { simple: true })).toBe(2);
    opened.close();
    expect(sessionsIn(old)).toEqual(['01A']);
  });

  it('goes by itself in a new database, whose file says from the start whose it is', () => {
    const copy = `${paths.database}.copy`;
    copyFileSync(paths.database, copy);
    const opened = new Database(copy, { readonly: true });
    expect(opened.pragma('auto_vacuum', { simple: true })).toBe(2);
    opened.close();
    expect(readdirSync(dirname(paths.database)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });
});
