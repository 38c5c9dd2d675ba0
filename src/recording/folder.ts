import { join } from 'node:path';
import type { Stream } from '../domain/chunk.ts';

/** The files of one session's recording. */
export interface RecordingFolder {
  readonly path: string;
  readonly timing: string;
  readonly session: string;
  /** Derived from the rest, and not there for every session. */
  readonly keyframes: string;
  /** Tells what a size limit has taken out of the middle; not there for most sessions. */
  readonly dropped: string;
  readonly streams: Readonly<Record<Stream, string>>;
}

/** A ULID: 26 characters of Crockford's base 32. Nothing else may become part of a path. */
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export function isSessionId(text: string): boolean {
  return ulid.test(text);
}

/** The folder of the session's recording below `recordings`. */
export function recordingFolder(recordings: string, sessionId: string): RecordingFolder {
  if (!isSessionId(sessionId)) throw new Error(`not a session id: ${sessionId}`);
  const path = join(recordings, sessionId);
  return {
    path,
    timing: join(path, 'timing'),
    session: join(path, 'session.json'),
    keyframes: join(path, 'keyframes'),
    dropped: join(path, 'dropped'),
    streams: { stdout: join(path, 'stdout.log'), stderr: join(path, 'stderr.log') },
  };
}
