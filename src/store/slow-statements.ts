import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A statement that takes longer is told of; of clean-up more is expected. */
export const slowAfterMs = 5;
export const slowCleanupAfterMs = 100;

/** The log grows no further. */
const maxLogBytes = 256 * 1024;

/** One JSON object per line, the first slow run of each statement: beside the database. */
export const slowLogOf = (database: string) => join(dirname(database), 'slow-statements.log');

let currentSession: string | null = null;

/** Whose work it is from now on. */
export function workFor(sessionId: string): void {
  currentSession = sessionId;
}

/** What tells of slow runs of one statement, once; a log that cannot be written is no reason to fail. */
export function slowStatementTeller(database: string, sql: string, limitMs: number): (tookMs: number) => void {
  let isTold = false;
  return (tookMs) => {
    if (isTold || tookMs <= limitMs) return;
    isTold = true;
    const statement = sql.replaceAll(/\s+/g, ' ').trim();
    const entry = {
      at: new Date().toISOString(),
      ms: Math.round(tookMs * 10) / 10,
      session: currentSession,
      statement,
    };
    try {
      const log = slowLogOf(database);
      const written = readIfThere(log);
      if (written.length > maxLogBytes || written.includes(JSON.stringify(statement))) return;
      appendFileSync(log, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    } catch {
      // See above.
    }
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
