import { existsSync } from 'node:fs';
import { type Outcome, sendCommand } from './control/send-command.ts';
import { sessionSocketPath } from './control/socket-path.ts';
import type { Paths } from './domain/config.ts';
import type { Actor, Refusal, SessionCommand } from './domain/control.ts';
import { fail } from './domain/result.ts';
import { recordingFolder } from './recording/folder.ts';

/** Sends a command to the wrapper of a session, and waits until it was carried out, or refused. */
export async function commandSession(
  paths: Pick<Paths, 'runtime' | 'recordings'>,
  { session, by, command }: { readonly session: string; readonly by: Actor; readonly command: SessionCommand },
): Promise<Outcome> {
  const path = sessionSocketPath(paths, session);
  if (!path.ok) return path;
  const outcome = await sendCommand(path.value, { request_id: '1', by, ...command });
  if (outcome.ok || outcome.failure.code !== 'not_running') return outcome;
  return existsSync(recordingFolder(paths.recordings, session).session) ? outcome : unknown;
}

const unknown = fail<Refusal>({ code: 'session_not_found', message: 'there is no such session' });
