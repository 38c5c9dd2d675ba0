import { chmodSync, closeSync, fchmodSync, mkdirSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSystemError } from '../domain/system-error.ts';
import { KeptDatabase } from './kept-database.ts';
import { applicationId } from './migrate.ts';

/**
 * What lies at a database's path. `empty`: not there, or not yet written by whoever creates it just now. `damaged`: no
 * database any more, and the names of our own columns are still in it.
 */
export type FileKind = 'empty' | 'ours' | 'damaged' | 'foreign';

const headerMagic = 'SQLite format 3\0';
/** Where the header of a SQLite file keeps its application id, as 4 bytes, big-endian. */
const applicationIdOffset = 68;
/** The schema is among the first pages, in plain text. */
const schemaBytes = 256 * 1024;
const ourColumn = 'checkpoint_stdout';

/**
 * Tells without SQLite, which might recover or checkpoint a file that is not ours, unless somebody has it open: were it
 * opened and closed beside SQLite then, all locks would be gone that connections of other threads of this process have
 * on it (fcntl(2)), and another process might take itself for the last one and delete their -wal.
 * Our own header carries the application id from its first write on (see `openDatabase`).
 * Throws the file system's error, and SQLite's.
 */
export function fileKind(path: string): FileKind {
  const status = statusOf(path);
  if (status === undefined) return 'empty';
  if (!status.isFile()) return 'foreign';
  if (status.size === 0) return 'empty';
  return statusOf(`${path}-shm`) === undefined ? kindByHeader(path) : kindBySqlite(path);
}

function kindBySqlite(path: string): FileKind {
  try {
    const database = new KeptDatabase(path, { readonly: true });
    try {
      return database.pragma('application_id', { simple: true }) === applicationId ? 'ours' : 'foreign';
    } finally {
      database.close();
    }
  } catch (error) {
    // No lock on what is no database any more means anything.
    if (isSystemError(error, 'SQLITE_NOTADB')) return kindByHeader(path);
    throw error;
  }
}

function kindByHeader(path: string): FileKind {
  const descriptor = openSync(path, 'r');
  try {
    const pages = Buffer.alloc(schemaBytes);
    const read = pages.subarray(0, readSync(descriptor, pages, 0, schemaBytes, 0));
    if (read.toString('latin1', 0, headerMagic.length) === headerMagic) {
      return pages.readUInt32BE(applicationIdOffset) === applicationId ? 'ours' : 'foreign';
    }
    return read.includes(ourColumn) ? 'damaged' : 'foreign';
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Tells one file at the path from another that took its place, as long as somebody holds the first one open.
 * Undefined where there is none, or nothing was written yet. Throws the file system's error.
 */
export function fileIdentity(path: string): string | undefined {
  const status = statusOf(path);
  return status === undefined || status.size === 0 ? undefined : `${status.dev}:${status.ino}`;
}

/**
 * Creates the file (0600) and its folder (0700) where they are missing, whatever the umask.
 * SQLite gives `-wal` and `-shm` the permissions of the file itself.
 * Throws the file system's error.
 */
export function createPrivately(path: string): void {
  const folder = dirname(path);
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    try {
      fchmodSync(descriptor, 0o600);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

/** Takes away what others may do with a database that was copied here with wider permissions. */
export function makePrivate(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const status = statusOf(file);
    if (status !== undefined && (status.mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
}

/** Undefined where there is nothing. Node's own option for that also passes over a folder that is a file. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
