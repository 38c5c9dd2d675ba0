import { statSync } from 'node:fs';
import type { Finding } from './finding.ts';

/** Whether SQLite works here, and whether our database is whole. */
export async function checkDatabase(path: string): Promise<Finding[]> {
  const check = 'database';
  // Loaded late: where the native package is broken, that is a finding, not the end of the others.
  const store = await import('../../store/open-database.ts').catch((error: unknown) => error as Error);
  if (store instanceof Error) {
    const found = store.message.split('\n')[0] ?? '';
    return [{ check: 'sqlite', verdict: 'fail', found, fix: 'npm rebuild better-sqlite3' }];
  }
  const opened = openDatabase(store.openDatabaseForReading, path);
  if (opened instanceof Error) {
    return [
      {
        check: 'sqlite',
        verdict: 'fail',
        found: opened.message.split('\n')[0] ?? '',
        fix: 'npm rebuild better-sqlite3',
      },
    ];
  }
  if (!opened.ok) return [{ check, verdict: 'fail', found: opened.failure.message }];

  const database = opened.value;
  try {
    const sqlite = database.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '';
    const versionFinding: Finding = { check: 'sqlite', verdict: 'ok', found: sqlite };
    const bytes = statSync(path, { throwIfNoEntry: false })?.size;
    if (bytes === undefined) return [versionFinding, { check, verdict: 'ok', found: 'not there yet' }];

    const answer = String(database.pragma('quick_check(1)', { simple: true }));
    if (answer !== 'ok') return [versionFinding, damaged(path, answer)];
    const sessions = database.prepare<[], number>('SELECT count(*) FROM process_sessions').pluck().get() ?? 0;
    const schema = String(database.pragma('user_version', { simple: true }));
    const megabytes = (bytes / 1e6).toFixed(1);
    return [
      versionFinding,
      { check, verdict: 'ok', found: `whole, ${sessions} sessions, ${megabytes} MB, schema version ${schema}` },
    ];
  } catch (error) {
    return [damaged(path, (error as Error).message)];
  } finally {
    database.close();
  }
}

type OpenForReading = typeof import('../../store/open-database.ts').openDatabaseForReading;

/** better-sqlite3 loads its native part when the first database is opened. */
function openDatabase(open: OpenForReading, path: string): ReturnType<OpenForReading> | Error {
  try {
    return open(path);
  } catch (error) {
    return error as Error;
  }
}

function damaged(path: string, answer: string): Finding {
  return {
    check: 'database',
    verdict: 'fail',
    found: `damaged: ${answer}`,
    fix: `move ${path} away; the recordings hold all it was made from`,
  };
}
