import { readFileSync } from 'node:fs';
import type { Session } from '../domain/session.ts';
import type { RecordingFolder } from './folder.ts';
import { isWrapperRunning } from './process-identity.ts';

/**
 * Whether the wrapper that `session.json` names is running, on this machine. No more of the file is validated than
 * that: to load its schema takes longer than many a session. False, too, for one that cannot be read.
 */
export function isRecordedStill(folder: RecordingFolder): boolean {
  try {
    const session: unknown = JSON.parse(readFileSync(folder.session, 'utf8'));
    return tellsWriter(session) && isWrapperRunning(session);
  } catch {
    return false;
  }
}

function tellsWriter(session: unknown): session is Pick<Session, 'host' | 'process'> {
  if (typeof session !== 'object' || session === null || !('host' in session && 'process' in session)) return false;
  const { process } = session;
  return typeof process === 'object' && process !== null && 'pid' in process && Number.isInteger(process.pid);
}
