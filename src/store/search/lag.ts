import type Database from 'better-sqlite3';
import type { SearchLag } from '../../domain/search.ts';

/** Events are counted up to here: further is far. */
const mostEventsCounted = 1_000_000;

export const lagSql = {
  events: 'SELECT count(*) FROM (SELECT 1 FROM events WHERE id > ? LIMIT ?)',
  sessions: 'SELECT key, checkpoint_stdout + checkpoint_stderr AS bytes FROM sessions WHERE key >= ?',
} as const;

interface Progress {
  readonly origin: string;
  readonly last_event_id: number;
  readonly first_unread_key: number;
}

/** How far the index, where there is one, is behind what was committed to the store. */
export function lagOf(store: Database.Database, index: Database.Database | undefined): SearchLag {
  const progress = index && progressOf(store, index);
  const events = store
    .prepare<[number, number], number>(lagSql.events)
    .pluck()
    .get(progress?.last_event_id ?? 0, mostEventsCounted);
  const from = progress?.first_unread_key ?? 0;
  const indexed = new Map(
    (progress
      ? index
          .prepare<[number], [number, number, number]>(
            'SELECT session_key, bytes, is_read FROM sessions WHERE session_key >= ?',
          )
          .raw()
          .all(from)
      : []
    ).map(([key, bytes, isRead]) => [key, isRead === 1 ? Infinity : bytes]),
  );
  const behind = store
    .prepare<[number], { key: number; bytes: number }>(lagSql.sessions)
    .all(from)
    .map(({ key, bytes }) => bytes - (indexed.get(key) ?? 0))
    .filter((bytes) => bytes > 0);
  return { events: events ?? 0, sessions: behind.length, bytes: behind.reduce((sum, bytes) => sum + bytes, 0) };
}

/** Undefined when the index was made from another store. */
export function progressOf(store: Database.Database, index: Database.Database): Progress | undefined {
  const origin = store.prepare<[], string>('SELECT id FROM origin').pluck().get();
  const progress = index.prepare<[], Progress>('SELECT * FROM progress').get();
  return progress?.origin === origin ? progress : undefined;
}
