import type { Failure } from '../domain/failure.ts';
import type { EventReplacer } from '../domain/ports.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { SqliteEventReplacer } from './event-replacer.ts';
import { openDatabase } from './open-database.ts';

/** Opens the store to replace what was extracted from sessions. Waits for other processes' locks, as `openStore` does. */
export function openReplacer(paths: {
  /** The database file. */
  readonly database: string;
  /** The folder that holds a folder per session. */
  readonly recordings: string;
}): Result<EventReplacer, Failure> {
  const opened = openDatabase(paths.database);
  if (!opened.ok) return opened;
  return attempt(paths.database, () => ok(new SqliteEventReplacer(opened.value, paths.recordings)));
}
