import type { Failure } from '../domain/failure.ts';
import type { SessionReader } from '../domain/ports.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { openDatabaseForReading } from './open-database.ts';
import { SqliteSessionReader } from './session-reader.ts';

/**
 * Opens the database for reading, beside whoever writes it.
 * Where there is none yet, nothing is created and the reader finds nothing; open it anew later.
 */
export function openReader(path: string): Result<SessionReader, Failure> {
  const opened = openDatabaseForReading(path);
  return opened.ok ? attempt(path, () => ok(new SqliteSessionReader(opened.value, path))) : opened;
}
