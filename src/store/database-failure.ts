import Database from 'better-sqlite3';
import type { Failure, StorageFault } from '../domain/failure.ts';
import { fail, type Result } from '../domain/result.ts';
import { isSystemError } from '../domain/system-error.ts';

/** Runs what touches the database; a failure that must be expected becomes a value, a bug is thrown on. */
export function attempt<Value>(path: string, action: () => Result<Value, Failure>): Result<Value, Failure> {
  try {
    return action();
  } catch (error) {
    const failure = expectedFailure(path, error);
    if (failure === undefined) throw error;
    return fail(failure);
  }
}

export function foreign(path: string): Failure {
  return {
    reason: 'database-foreign',
    message: `${path} is not a database of ridealong and was left as it is; move it away or name another place`,
  };
}

export function damaged(path: string): Failure {
  return unreadable(
    'damaged',
    `the database ${path} is damaged; \`ridealong mode probe\` sets it aside and builds a new one from the recordings`,
  );
}

export function newer(path: string, version: number, known: number): Failure {
  return {
    reason: 'database-newer',
    message: `${path} was written by a newer ridealong (version ${version}, this one knows ${known}); update ridealong`,
  };
}

/** Whether another process's lock is in the way. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

/** Whether the file holds something else than it should. */
export function isDamaged(error: unknown): error is Error {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT');
}

function expectedFailure(path: string, error: unknown): Failure | undefined {
  if (!isSystemError(error)) return undefined;
  if (!(error instanceof Database.SqliteError)) {
    // Errors of the file system carry `syscall`; Node's own, such as ERR_INVALID_ARG_TYPE, are bugs.
    return 'syscall' in error
      ? unreadable(faultOf(error.code), `cannot use the database: ${error.message}`)
      : undefined;
  }
  // The primary result code, such as SQLITE_IOERR of SQLITE_IOERR_WRITE.
  const [primary = ''] = /^SQLITE_[A-Z]+/.exec(error.code) ?? [];
  switch (primary) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
    case 'SQLITE_PROTOCOL':
      return { reason: 'database-busy', message: `the database ${path} is locked by another process; try again` };
    case 'SQLITE_FULL':
      return unreadable('full', `no space left for the database ${path}; free some and go on`);
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
      return unreadable(
        'read-only',
        `the database ${path} may not be written; check the permissions of it and its folder`,
      );
    case 'SQLITE_CANTOPEN':
      return unreadable(
        'forbidden',
        `the database ${path} cannot be opened; check the permissions of it and its folder`,
      );
    case 'SQLITE_CORRUPT':
      return damaged(path);
    case 'SQLITE_NOTADB':
      return foreign(path);
    case 'SQLITE_IOERR':
    case 'SQLITE_NOMEM':
      return unreadable('input-output', `the database ${path} does not answer: ${error.message} (${error.code})`);
    default:
      return undefined;
  }
}

function unreadable(fault: StorageFault, message: string): Failure {
  return { reason: 'database-unreadable', message, fault };
}

const faults: Readonly<Record<string, StorageFault>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
};

function faultOf(code: string): StorageFault {
  return faults[code] ?? 'input-output';
}
