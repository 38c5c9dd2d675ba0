import { deflateRawSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { Failure } from '../../domain/failure.ts';
import { ok, type Result } from '../../domain/result.ts';
import type { Passage, ReadLines, SearchIndexer, SearchLag, UnreadSession } from '../../domain/search.ts';
import { Current } from '../current.ts';
import { attempt } from '../database-failure.ts';
import { openDatabaseForReading } from '../open-database.ts';
import { lagOf } from './lag.ts';
import { openIndex } from './open-index.ts';
import { rowsOf, searchable } from './schema.ts';
import { textOfEvent } from './text-of-event.ts';

/** How many events one transaction takes up. */
const eventsAtATime = 500;

interface Progress {
  readonly origin: string;
  readonly last_event_id: number;
  readonly last_reindex_id: number;
  readonly first_unread_key: number;
}

type EventText = [
  id: number,
  sessionKey: number,
  sessionId: string,
  matchedValue: string,
  originalLine: string,
  code: string | null,
];

interface StoredSession {
  readonly key: number;
  readonly session_id: string;
  readonly has_ended: number;
  readonly mode: string;
  readonly checkpoint_stdout: number;
  readonly checkpoint_stderr: number;
}

interface IndexedSession {
  readonly session_key: number;
  readonly session_id: string;
  readonly lines: number;
  readonly is_read: number;
}

interface Opened {
  readonly store: Database.Database;
  readonly index: Database.Database;
}

export const indexingSql = {
  events: `
    SELECT e.id, e.session_key, s.session_id, e.matched_value, e.original_line, c.content
    FROM events e
    JOIN sessions s ON s.key = e.session_key
    LEFT JOIN code_block_occurrences o ON o.event_id = e.id
    LEFT JOIN code_block_contents c ON c.key = o.content_key
    WHERE e.id > ? ORDER BY e.id LIMIT ?`,
  reindexes: 'SELECT id, session_key FROM reindexes WHERE id > ? ORDER BY id',
  sessions: `
    SELECT key, session_id, ended_us IS NOT NULL AS has_ended, mode, checkpoint_stdout, checkpoint_stderr
    FROM sessions WHERE key >= ? ORDER BY key DESC`,
} as const;

/** Fills the index at a path from the store at another, either of which may be replaced meanwhile. */
export class SqliteSearchIndexer implements SearchIndexer {
  readonly #path: string;
  readonly #store: Current<Database.Database>;
  readonly #index: Current<Database.Database>;
  /** What the store was when it was last gone through. */
  #seen:
    | { readonly store: Database.Database; readonly index: Database.Database; readonly version: unknown }
    | undefined;

  constructor(paths: { readonly database: string; readonly searchIndex: string }) {
    this.#path = paths.searchIndex;
    this.#store = new Current(paths.database, openDatabaseForReading);
    this.#index = new Current(paths.searchIndex, openIndex);
  }

  hasNews(): Result<boolean, Failure> {
    return this.#do(({ store, index }) => {
      const { version } = this.#seen ?? {};
      return this.#seen?.store !== store || this.#seen.index !== index || version !== versionOf(store);
    });
  }

  indexEvents(): Result<'more' | 'all', Failure> {
    return this.#write((opened, progress) => {
      for (const { id, session_key } of reindexesBehind(opened, progress)) {
        dropSession(opened.index, session_key);
        // Its recording is to be read again.
        this.#seen = undefined;
        opened.index.prepare('UPDATE progress SET last_reindex_id = ?').run(id);
      }
      const events = opened.store
        .prepare<[number, number], EventText>(indexingSql.events)
        .raw()
        .all(progress.last_event_id, eventsAtATime);
      const last = events.at(-1);
      if (last === undefined) return 'all';
      addEvents(opened.index, events);
      opened.index.prepare('UPDATE progress SET last_event_id = ?').run(last[0]);
      return events.length < eventsAtATime ? 'all' : 'more';
    });
  }

  dropDeleted(): Result<readonly string[], Failure> {
    return this.#write(({ store, index }) => {
      const stored = store.prepare<[], string>('SELECT key || session_id FROM sessions').pluck().all();
      const known = new Set(stored);
      const kept: string[] = [];
      for (const { session_key, session_id, lines } of indexedFrom(index, 0)) {
        if (!known.has(`${session_key}${session_id}`)) dropSession(index, session_key);
        else if (lines > 0) kept.push(session_id);
      }
      return kept;
    });
  }

  dropLines(sessionId: string): Result<void, Failure> {
    return this.#write(({ index }) => {
      const key = index
        .prepare<[string], number>('SELECT session_key FROM sessions WHERE session_id = ?')
        .pluck()
        .get(sessionId);
      if (key === undefined) return;
      dropLines(index, key);
      index.prepare('UPDATE sessions SET lines = 0, is_read = 1 WHERE session_key = ?').run(key);
    });
  }

  unread(): Result<readonly UnreadSession[], Failure> {
    return this.#write(({ store, index }, { first_unread_key: from }) => {
      this.#seen = { store, index, version: versionOf(store) };
      const indexed = new Map(indexedFrom(index, from).map((each) => [each.session_key, each]));
      const sessions = store.prepare<[number], StoredSession>(indexingSql.sessions).all(from);
      const unread = sessions
        .filter(({ key }) => indexed.get(key)?.is_read !== 1)
        .map(({ key, session_id, has_ended, mode, ...checkpoint }) => ({
          key,
          sessionId: session_id,
          hasEnded: has_ended === 1,
          isInTerminal: mode === 'terminal',
          checkpoint: { stdout: checkpoint.checkpoint_stdout, stderr: checkpoint.checkpoint_stderr },
          lines: indexed.get(key)?.lines ?? 0,
        }));
      const first = unread.at(-1)?.key ?? (sessions[0]?.key ?? from - 1) + 1;
      if (first !== from) index.prepare('UPDATE progress SET first_unread_key = ?').run(first);
      return unread;
    });
  }

  addLines({ session, from, passages, bytes, isAll }: ReadLines): Result<'added' | 'stale', Failure> {
    return this.#write(({ store, index }) => {
      const { key, sessionId } = session;
      const stored = store.prepare<[number], string>('SELECT session_id FROM sessions WHERE key = ?').pluck().get(key);
      if (stored !== sessionId) return 'stale';
      addSession(index, key, sessionId, null);
      const known = index
        .prepare<[number], { lines: number; is_read: number }>(
          'SELECT lines, is_read FROM sessions WHERE session_key = ?',
        )
        .get(key);
      if (known?.lines !== from || known.is_read === 1) return 'stale';
      let lines = from;
      for (const passage of passages) {
        addPassage(index, key, lines, passage);
        lines += passage.lines.length;
      }
      index
        .prepare('UPDATE sessions SET lines = ?, bytes = ?, is_read = ? WHERE session_key = ?')
        .run(lines, bytes, Number(isAll), key);
      return 'added';
    });
  }

  lag(): Result<SearchLag, Failure> {
    return this.#do(({ store, index }) => lagOf(store, index));
  }

  close(): void {
    this.#store.close();
    this.#index.close();
  }

  #do<Value>(action: (opened: Opened) => Value): Result<Value, Failure> {
    const store = this.#store.get();
    if (!store.ok) return store;
    const index = this.#index.get();
    if (!index.ok) return index;
    return attempt(this.#path, () => ok(action({ store: store.value, index: index.value })));
  }

  /** One transaction of the index, over one moment of the store. */
  #write<Value>(action: (opened: Opened, progress: Progress) => Value): Result<Value, Failure> {
    return this.#do((opened) => {
      const ofOneMoment = opened.store.transaction(() => action(opened, progressOf(opened)));
      return opened.index.transaction(() => ofOneMoment.deferred()).immediate();
    });
  }
}

const versionOf = (store: Database.Database) => store.pragma('data_version', { simple: true });

/** How far the index is; one that was made from another store is emptied. */
function progressOf({ store, index }: Opened): Progress {
  const origin = store.prepare<[], string>('SELECT id FROM origin').pluck().get() ?? '';
  const known = index.prepare<[], Progress>('SELECT * FROM progress').get();
  if (known?.origin === origin) return known;
  for (const table of ['event_texts', 'code_texts', 'line_texts']) {
    index.exec(`INSERT INTO ${table} (${table}) VALUES ('delete-all')`);
  }
  index.exec('DELETE FROM sessions; DELETE FROM passages; DELETE FROM progress');
  index.prepare('INSERT INTO progress VALUES (1, ?, 0, 0, 0)').run(origin);
  return { origin, last_event_id: 0, last_reindex_id: 0, first_unread_key: 0 };
}

function reindexesBehind({ store }: Opened, { last_reindex_id }: Progress): { id: number; session_key: number }[] {
  return store.prepare<[number], { id: number; session_key: number }>(indexingSql.reindexes).all(last_reindex_id);
}

function indexedFrom(index: Database.Database, key: number): IndexedSession[] {
  return index
    .prepare<[number], IndexedSession>(
      'SELECT session_key, session_id, lines, is_read FROM sessions WHERE session_key >= ?',
    )
    .all(key);
}

function addSession(index: Database.Database, key: number, sessionId: string, firstEvent: number | null): void {
  index
    .prepare(
      `INSERT INTO sessions (session_key, session_id, first_event_id) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET first_event_id = coalesce(first_event_id, excluded.first_event_id)`,
    )
    .run(key, sessionId, firstEvent);
}

function addEvents(index: Database.Database, events: readonly EventText[]): void {
  const firstIds = new Map<number, number>();
  const firstId = index.prepare<[number], number>('SELECT first_event_id FROM sessions WHERE session_key = ?').pluck();
  for (const [id, key, sessionId] of events) {
    if (firstIds.has(key)) continue;
    addSession(index, key, sessionId, id);
    firstIds.set(key, firstId.get(key) ?? id);
  }
  const addTo = (table: string) => index.prepare(`INSERT INTO ${table} (rowid, text) VALUES ((? << 31) | ?, ?)`);
  const [addEvent, addCode] = [addTo('event_texts'), addTo('code_texts')];
  // FTS5 begins a new segment with each rowid that is smaller than the one before.
  for (const [id, key, , value, line, code] of [...events].sort((a, b) => a[1] - b[1] || a[0] - b[0])) {
    const n = id - (firstIds.get(key) ?? id);
    addEvent.run(key, n, textOfEvent(value, line));
    if (code !== null) addCode.run(key, n, code);
  }
}

function addPassage(index: Database.Database, key: number, from: number, passage: Passage): void {
  const { stream, firstLine, timeUs, isVerbatim, lines, endOffset } = passage;
  const add = index.prepare('INSERT INTO line_texts (rowid, text) VALUES ((? << 31) | ?, ?)');
  lines.forEach(({ text }, nth) => {
    if (/\S/.test(text)) add.run(key, from + nth, searchable(text));
  });
  const offset = lines[0]?.offset ?? endOffset;
  const packed = isVerbatim ? null : deflateRawSync(JSON.stringify(lines.map((line) => [line.offset, line.text])));
  index
    .prepare('INSERT INTO passages VALUES ((? << 31) | ?, ?, ?, ?, ?, ?, ?)')
    .run(key, from, Number(stream === 'stderr'), firstLine, timeUs, offset, endOffset - offset, packed);
}

function dropSession(index: Database.Database, key: number): void {
  for (const table of ['event_texts', 'code_texts']) dropRows(index, table, key);
  dropLines(index, key);
  index.prepare('DELETE FROM sessions WHERE session_key = ?').run(key);
  index.prepare('UPDATE progress SET first_unread_key = min(first_unread_key, ?)').run(key);
}

function dropLines(index: Database.Database, key: number): void {
  dropRows(index, 'line_texts', key);
  index.prepare(`DELETE FROM passages WHERE ${rowsOf(':key').replaceAll('rowid', 'first_row')}`).run({ key });
}

function dropRows(index: Database.Database, table: string, key: number): void {
  index.prepare(`DELETE FROM ${table} WHERE ${rowsOf(':key')}`).run({ key });
}
