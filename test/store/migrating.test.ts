import Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { applicationId, schemaVersion } from '../../src/store/migrate.ts';
import { tables } from '../../src/store/migrations/0001-tables.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { sampleId, temporaryPaths, valueOf } from './fixtures/samples.ts';

let path: string;

/** A database as the first version wrote it, with a session. */
beforeEach(() => {
  path = temporaryPaths().database;
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  database.exec(tables);
  database.pragma(`application_id = ${applicationId}`);
  database.pragma('user_version = 1');
  database.exec("INSERT INTO agents (name) VALUES ('claude')");
  database
    .prepare(
      `INSERT INTO sessions (session_id, agent_key, started_us, stdout_log_path, packs_json, command_json,
         working_directory, host, pid, mode)
       VALUES (?, 1, 1000000, 'stdout.log', '[]', '[]', '/work', 'here', 1, 'pipe')`,
    )
    .run(sampleId('01A'));
  database.close();
});

describe('a database of the first version', () => {
  it('keeps its sessions, none of which was imported', () => {
    const reader = valueOf(openReader(path));
    expect(valueOf(reader.sessions({ limit: 10 }))).toMatchObject([
      { session_id: sampleId('01A'), imported_json: null },
    ]);
    reader.close();
  });

  it('has no session that was reindexed', () => {
    const database = valueOf(openDatabase(path));
    expect(database.pragma('user_version', { simple: true })).toBe(schemaVersion);
    expect(database.prepare('SELECT * FROM session_reindexes').all()).toEqual([]);
    database.close();
  });
});
