import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { CommandReply, CommandRequest, Refusal } from '../domain/control.ts';
import { fail } from '../domain/result.ts';
import { readJsonLines, writeJsonLine } from './json-lines.ts';
import { readRequest, requestIdOf } from './read-request.ts';
import type { Outcome } from './send-command.ts';

const maxConnections = 16;
/** Of one connection, whose answers are awaited. */
const maxPending = 16;
const idleMs = 60_000;
/** A younger socket that nobody answers may be about to be listened on. */
const sweepAgeMs = 10_000;

export interface SessionSocket {
  /** Takes the socket away; who waits for an answer may still get it. */
  close(): void;
}

/** Listens for commands to a session at this path, in a folder that is closed to others. */
export function listenOnSessionSocket(
  path: string,
  {
    perform,
    onError,
  }: {
    readonly perform: (request: CommandRequest) => Promise<Outcome>;
    readonly onError: (error: Error) => void;
  },
): SessionSocket {
  const server = createServer((socket) => converse(socket, perform));
  server.maxConnections = maxConnections;
  server.on('error', onError);
  server.listen(path);
  try {
    chmodSync(path, 0o600);
  } catch {
    // It could not be made, which `onError` is told.
  }
  server.unref();
  return {
    close() {
      server.close();
      // The process may end before the server has.
      rmSync(path, { force: true });
    },
  };
}

function converse(socket: Socket, perform: (request: CommandRequest) => Promise<Outcome>): void {
  let pending = 0;
  const reply = (message: CommandReply) => writeJsonLine(socket, message);
  const refuse = (request_id: string | null, refusal: Refusal) => reply({ request_id, refusal });
  socket.unref();
  socket.setTimeout(idleMs, () => {
    if (pending === 0) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  readJsonLines(socket, {
    onValue(value) {
      const request_id = requestIdOf(value);
      const request = readRequest(value);
      if (!request.ok) {
        refuse(request_id, request.failure);
        return;
      }
      if (Date.now() > request.value.expires_at) {
        refuse(request_id, { code: 'not_answering', message: 'it was read too late, and nothing was done' });
        return;
      }
      if (pending >= maxPending) {
        refuse(request_id, { code: 'not_answering', message: `${maxPending} commands wait for their answers already` });
        return;
      }
      pending += 1;
      reply({ request_id, accepted: true });
      void perform(request.value)
        // A bug here must not end the wrapper under its child.
        .catch(() => fail<Refusal>({ code: 'not_answering', message: 'something went wrong in the wrapper' }))
        .then((outcome) => {
          pending -= 1;
          if (outcome.ok) reply({ request_id, result: outcome.value });
          else refuse(request_id, outcome.failure);
        });
    },
    onGarbage(message) {
      refuse(null, { code: 'bad_command', message });
      socket.end();
      socket.removeAllListeners('data');
    },
  });
}

/** Removes the sockets of wrappers that are gone. */
export function sweepSessionSockets(folder: string): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isSocket() !== true || Date.now() - stats.mtimeMs < sweepAgeMs) continue;
    const socket = connect(path, () => socket.destroy());
    socket.unref();
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') rmSync(path, { force: true });
    });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.sock'));
  } catch {
    return [];
  }
}
