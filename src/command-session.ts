import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome, sendCommand } from './control/send-command.ts';
import { sessionSocketPath } from './control/socket-path.ts';
import type { Paths } from './domain/config.ts';
import type { Actor, Refusal, SessionCommand } from './domain/control.ts';
import { fail } from './domain/result.ts';
import { recordingFolder } from './recording/folder.ts';

/** How long it may take from a socket's being there to its being answered. */
const startMs = 50;

/** Sends a command to the wrapper of a session, and waits until it was carried out, or refused. */
export async function commandSession(
  paths: Pick<Paths, 'runtime' | 'recordings'>,
  { session, by, command }: { readonly session: string; readonly by: Actor; readonly command: SessionCommand },
): Promise<Outcome> {
  const path = sessionSocketPath(paths, session);
  if (!path.ok) return path;
  const send = () => sendCommand(path.value, { request_id: '1', by, ...command });
  let outcome = await send();
  if (!outcome.ok && outcome.failure.code === 'not_running' && existsSync(path.value)) {
    // A wrapper that is just being started has its socket before it answers.
    await sleep(startMs);
    outcome = await send();
  }
  if (outcome.ok || outcome.failure.code !== 'not_running') return outcome;
  return existsSync(recordingFolder(paths.recordings, session).session) ? outcome : unknown;
}

const unknown = fail<Refusal>({ code: 'session_not_found', message: 'there is no such session' });
