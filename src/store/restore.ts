import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { attempt, foreign, newer } from './database-failure.ts';
import { fileKind } from './database-file.ts';
import { KeptDatabase } from './kept-database.ts';
import { migrate, schemaVersion, versionOf } from './migrate.ts';
import { openDatabase } from './open-database.ts';

/**
 * Puts a backup's contents in the place of the database's, in one transaction: whoever has the database open goes on
 * with it, and finds what was restored. What a running wrapper then commits to a session that the backup does not have
 * is refused, and extracted from the recording later. Numbers of the feed and keys of sessions that were given out
 * stay given out, and the database is one of another origin: who keeps something by its keys begins anew. Leases are
 * held by who holds them now.
 *
 * The backup is checked first; one of a newer ridealong is refused.
 *
 * @returns how many sessions it had
 */
export function restore(path: string, file: string): Result<number, Failure> {
  const checked = checkBackup(file);
  if (!checked.ok) return checked;
  const opened = openDatabase(path);
  if (!opened.ok) return opened;
  const database = opened.value;
  try {
    return attempt(path, () => {
      database.pragma('foreign_keys = OFF');
      database.prepare('ATTACH ? AS backup').run(file);
      database.transaction(() => replaceContents(database)).immediate();
      database.exec('DETACH backup');
      migrate(database);
      database.exec('UPDATE origin SET id = lower(hex(randomblob(16)))');
      return ok(database.prepare<[], number>('SELECT count(*) FROM sessions').pluck().get() ?? 0);
    });
  } finally {
    database.close();
  }
}

function checkBackup(file: string): Result<void, Failure> {
  if (!existsSync(file)) return fail(unusable(`there is no ${file}`));
  return attempt(file, () => {
    if (fileKind(file) !== 'ours') return fail(foreign(file));
    const backup = new KeptDatabase(file, { readonly: true });
    try {
      const version = versionOf(backup);
      if (version > schemaVersion) return fail(newer(file, version, schemaVersion));
      const found = String(backup.pragma('integrity_check(1)', { simple: true }));
      return found === 'ok' ? ok(undefined) : fail(unusable(`${file} is damaged (${found}); nothing was restored`));
    } finally {
      backup.close();
    }
  });
}

interface SchemaEntry {
  readonly type: 'table' | 'index' | 'trigger' | 'view';
  readonly name: string;
  readonly sql: string;
}

function replaceContents(database: Database.Database): void {
  const entriesOf = (schema: 'main' | 'backup') =>
    database
      .prepare<[], SchemaEntry>(
        `SELECT type, name, sql FROM ${schema}.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'leases'`,
      )
      .all();
  const given = database
    .prepare<[], { name: string; seq: number }>(
      "SELECT name, seq FROM main.sqlite_sequence WHERE name IN ('events', 'sessions')",
    )
    .all();
  // Triggers first: nothing is to happen because rows go. Indexes go with their tables.
  for (const type of ['trigger', 'view', 'table'] as const) {
    for (const { name } of entriesOf('main').filter((entry) => entry.type === type)) {
      database.exec(`DROP ${type} main.${quoted(name)}`);
    }
  }
  const wanted = entriesOf('backup');
  const create = (type: SchemaEntry['type']) => {
    for (const { sql } of wanted.filter((entry) => entry.type === type)) database.exec(sql);
  };
  create('table');
  for (const { name } of wanted.filter(({ type }) => type === 'table')) {
    database.exec(`INSERT INTO main.${quoted(name)} SELECT * FROM backup.${quoted(name)}`);
  }
  for (const type of ['index', 'view', 'trigger'] as const) create(type);
  database.exec(
    'DELETE FROM main.sqlite_sequence; INSERT INTO main.sqlite_sequence SELECT * FROM backup.sqlite_sequence',
  );
  const keep = database.prepare('UPDATE main.sqlite_sequence SET seq = max(seq, :seq) WHERE name = :name');
  const add = database.prepare('INSERT INTO main.sqlite_sequence (name, seq) VALUES (:name, :seq)');
  for (const sequence of given) if (keep.run(sequence).changes === 0) add.run(sequence);
  database.exec(`PRAGMA main.user_version = ${Number(database.pragma('backup.user_version', { simple: true }))}`);
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

const unusable = (message: string): Failure => ({ reason: 'database-unreadable', message });
