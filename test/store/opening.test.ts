import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { applicationId, schemaVersion } from '../../src/store/migrate.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import { addEvents, failureOf, sampleEvent, sampleSession, temporaryPaths, valueOf } from './fixtures/samples.ts';

const umask = process.umask(0o022);
afterEach(() => {
  process.umask(umask);
});

const permissions = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the database of a new user', () => {
  it.each([0o000, 0o022, 0o777])('is for its owner only, with -wal and -shm, at umask %i', (mask) => {
    const paths = temporaryPaths();
    process.umask(mask);
    const store = valueOf(openStore(paths));
    addEvents(store, sampleSession(), [sampleEvent()]);

    const folder = dirname(paths.database);
    expect(readdirSync(folder)).toEqual(['ridealong.db', 'ridealong.db-shm', 'ridealong.db-wal']);
    expect(readdirSync(folder).map((file) => permissions(join(folder, file)))).toEqual(['600', '600', '600']);
    expect(permissions(folder)).toBe('700');
    store.close();
  });

  it('tells by application_id and user_version whose it is, before anything is written to it', () => {
    const paths = temporaryPaths();
    const store = valueOf(openStore(paths));
    const header = readFileSync(paths.database);
    expect(header.readUInt32BE(60)).toBe(schemaVersion);
    expect(header.readUInt32BE(68)).toBe(applicationId);
    store.close();
  });

  it('leaves the permissions of a folder that was there as they are', () => {
    const paths = temporaryPaths();
    mkdirSync(dirname(paths.database), { mode: 0o755 });
    valueOf(openStore(paths)).close();
    expect(permissions(dirname(paths.database))).toBe('755');
  });
});

describe('a database that is there', () => {
  it('keeps what it holds when it is opened again', () => {
    const paths = temporaryPaths();
    const first = valueOf(openStore(paths));
    addEvents(first, sampleSession(), [sampleEvent()]);
    first.close();
    const second = valueOf(openStore(paths));
    expect(valueOf(second.checkpointOf(sampleSession().id))?.checkpoint).toEqual({ stdout: 100, stderr: 0 });
    second.close();
  });

  it('stays locked for others when another thread of this process opens and closes it', () => {
    const paths = temporaryPaths();
    const store = valueOf(openStore(paths));
    addEvents(store, sampleSession(), [sampleEvent()]);
    valueOf(openReader(paths.database)).close();
    valueOf(openStore(paths)).close();
    // As the last one to close it, it would delete the -wal to which this process goes on to write.
    const script = `
      const database = new (require('better-sqlite3'))(process.argv[1], { timeout: 0 });
      database.pragma('locking_mode = EXCLUSIVE');
      database.exec('BEGIN IMMEDIATE');`;
    const other = spawnSync(process.execPath, ['-e', script, paths.database], { encoding: 'utf8' });
    expect(other.stderr).toContain('database is locked');
    store.close();
  });

  it('is made private again when it came with wider permissions', () => {
    const paths = temporaryPaths();
    valueOf(openStore(paths)).close();
    writeFileSync(`${paths.folder}/copy.db`, readFileSync(paths.database), { mode: 0o644 });
    valueOf(openStore({ ...paths, database: `${paths.folder}/copy.db` })).close();
    expect(permissions(`${paths.folder}/copy.db`)).toBe('600');
  });

  it.each(['store', 'reader'])('is refused by the %s when a newer ridealong wrote it', (opener) => {
    const paths = temporaryPaths();
    valueOf(openStore(paths)).close();
    const plain = new KeptDatabase(paths.database);
    plain.pragma(`user_version = ${schemaVersion + 1}`);
    plain.close();
    const failure = failureOf(opener === 'store' ? openStore(paths) : openReader(paths.database));
    expect(failure.reason).toBe('database-newer');
    expect(failure.message).toBe(
      `${paths.database} was written by a newer ridealong ` +
        `(version ${schemaVersion + 1}, this one knows ${schemaVersion}); update ridealong`,
    );
  });

  it('is brought up to date by a reader when an older ridealong made it', () => {
    const paths = temporaryPaths();
    mkdirSync(dirname(paths.database));
    const plain = new KeptDatabase(paths.database);
    plain.pragma(`application_id = ${applicationId}`);
    plain.close();
    const reader = valueOf(openReader(paths.database));
    expect(valueOf(reader.sessions({ limit: 10 }))).toEqual([]);
    reader.close();
  });

  it('is reported as damaged, not thrown, when its pages are overwritten', () => {
    const paths = temporaryPaths();
    valueOf(openStore(paths)).close();
    const bytes = readFileSync(paths.database);
    writeFileSync(paths.database, bytes.fill(0xaa, 100));
    const failure = failureOf(openStore(paths));
    expect(failure.reason).toBe('database-unreadable');
    expect(failure.message).toContain('is damaged; `ridealong mode probe` sets it aside');
  });

  it('is reported when it cannot be a file', () => {
    const paths = temporaryPaths();
    writeFileSync(dirname(paths.database), '');
    expect(failureOf(openStore(paths)).reason).toBe('database-unreadable');
  });
});

describe('a foreign file in its place', () => {
  function foreignSqlite(path: string): void {
    const plain = new KeptDatabase(path);
    plain.pragma('journal_mode = WAL');
    plain.exec('CREATE TABLE theirs (content TEXT)');
    plain.close();
  }

  it.each([
    ['text', (path: string) => writeFileSync(path, 'my diary')],
    ['another SQLite database', foreignSqlite],
  ])('is refused and left untouched: %s', (_, make) => {
    const paths = temporaryPaths();
    mkdirSync(dirname(paths.database));
    make(paths.database);
    const before = { bytes: readFileSync(paths.database), mode: permissions(paths.database) };
    for (const failure of [failureOf(openStore(paths)), failureOf(openReader(paths.database))]) {
      expect(failure).toEqual({
        reason: 'database-foreign',
        message:
          `${paths.database} is not a database of ridealong and was left as it is; ` +
          'move it away or name another place',
      });
    }
    expect({ bytes: readFileSync(paths.database), mode: permissions(paths.database) }).toEqual(before);
    expect(readdirSync(dirname(paths.database))).toEqual(['ridealong.db']);
  });

  it('is refused when it is a folder', () => {
    const paths = temporaryPaths();
    mkdirSync(paths.database, { recursive: true });
    expect(failureOf(openStore(paths)).reason).toBe('database-foreign');
  });
});

describe('a reader where there is no database', () => {
  it('finds no sessions and creates nothing', () => {
    const paths = temporaryPaths();
    const reader = valueOf(openReader(paths.database));
    expect(valueOf(reader.sessions({ limit: 10 }))).toEqual([]);
    expect(valueOf(reader.events({ limit: 10 }))).toEqual([]);
    expect(valueOf(reader.statisticsByAgent())).toEqual([]);
    expect(failureOf(reader.findSession('@last')).reason).toBe('session-not-found');
    reader.close();
    expect(existsSync(dirname(paths.database))).toBe(false);
  });
});
