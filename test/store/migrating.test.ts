import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { applicationId, schemaVersion } from '../../src/store/migrate.ts';
import { tables } from '../../src/store/migrations/0001-tables.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { openFeed } from '../../src/store/open-feed.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import { addEvents, sampleEvent, sampleId, sampleSession, temporaryPaths, valueOf } from './fixtures/samples.ts';

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

  it('gives states and ends their place in the feed behind the events that were there', () => {
    const old = new Database(path);
    old.exec(`
      INSERT INTO patterns (pattern, event_type, risk_level, auto_confirmable) VALUES ('found', 'error', 'low', 0);
      INSERT INTO state_changes (session_key, time_us, state) VALUES (1, 1000000, 'starting'), (1, 1500000, 'working');
      INSERT INTO events (session_key, pattern_key, time_us, from_stderr, byte_offset, line_number, matched_value,
        original_line) VALUES (1, 1, 1200000, 0, 0, 1, 'it', 'it'), (1, 1, 1300000, 0, 9, 2, 'it', 'it');
      INSERT INTO state_changes (session_key, time_us, state, exit_code) VALUES (1, 2000000, 'completed', 0);
      UPDATE sessions SET ended_us = 2000000, exit_code = 0, state = 'completed';
    `);
    old.close();

    const feed = valueOf(openFeed(path));
    expect(valueOf(feed.latest())).toBe(6);
    const { entries } = valueOf(feed.read({ after: 0, filter: {}, limit: 100 }));
    expect(entries.map(({ cursor, kind, row }) => [cursor, kind, 'state' in row ? row.state : row.id])).toEqual([
      [1, 'extraction', 1],
      [2, 'extraction', 2],
      [3, 'state', 'starting'],
      [4, 'state', 'working'],
      [5, 'state', 'completed'],
      [6, 'complete', 'completed'],
    ]);
    feed.close();

    const store = valueOf(openStore({ database: path, recordings: dirname(path) }));
    addEvents(store, sampleSession({ id: sampleId('01B') }), [sampleEvent()]);
    store.close();
    const later = valueOf(openFeed(path));
    expect(valueOf(later.read({ after: 6, filter: {}, limit: 100 })).entries.map(({ cursor }) => cursor)).toEqual([
      7, 8,
    ]);
    later.close();
  });
});
