import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlledSession, createCommander } from './control/commander.ts';
import { listenOnSessionSocket, sweepSessionSockets } from './control/session-socket.ts';
import { sessionSocketPath, sessionSockets } from './control/socket-path.ts';
import type { Paths } from './domain/config.ts';
import { ok, type Result } from './domain/result.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';

/** Others may start at the same time: what wrappers left behind that are gone is no hurry. */
const sweepDelayMs = 1000;

/** A session's socket, as long as it takes commands. */
export interface SessionControl {
  close(): void;
}

/** Lets others of this user's programs command a session that runs. The failure tells why they cannot. */
export function openControl(
  paths: Pick<Paths, 'runtime'>,
  session: ControlledSession,
  onError: (why: string) => void,
): Result<SessionControl, string> {
  const path = sessionSocketPath(paths, session.id);
  if (!path.ok) return { ok: false, failure: path.failure.message };
  const runtime = prepareRuntimeFolder(paths.runtime);
  if (!runtime.ok) return { ok: false, failure: runtime.failure.message };
  const folder = sessionSockets(paths);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { ok: false, failure: (error as Error).message };
  }
  const socket = listenOnSessionSocket(path.value, {
    perform: createCommander(session, { nowMs: Date.now, momentNowMs: () => performance.now(), sleep }),
    onError: ({ message }) => onError(message),
  });
  setTimeout(() => sweepSessionSockets(folder), sweepDelayMs).unref();
  return ok(socket);
}
