import { chmodSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { askForRole } from './role-connection.ts';

/** How long the holder may take to hand the role over. */
const handOverPatienceMs = 3_000;
const askAgainMs = 20;

/**
 * Lets the server listen on this socket, which makes it the one server of its user. What a dead server left behind
 * is taken over, a live one's never: `server-running`.
 *
 * Nobody else may be about to do the same: the caller has the lock of the runtime folder.
 *
 * @param asks whether a live server is asked to hand over, which one in a wrapper does
 */
export async function listenOnOwnSocket(
  server: Server,
  path: string,
  { asks }: { readonly asks: boolean },
): Promise<Result<void, Failure>> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSocket() === false) return unusable(path, 'something else is there');
  if (found !== undefined && !(asks ? await isHandedOver(path) : await isLeft(path))) {
    return fail({ reason: 'server-running', message: `a server is running already, it answers at ${path}` });
  }
  rmSync(path, { force: true });
  const error = await listen(server, path);
  if (error !== undefined) return unusable(path, error.message);
  chmodSync(path, 0o600);
  return ok(undefined);
}

function listen(server: Server, path: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(path, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
}

/** A holder that is about to end may not answer any more, and one with too many connections not yet. */
async function isHandedOver(path: string): Promise<boolean> {
  const overAtMs = performance.now() + handOverPatienceMs;
  while (!(await isLeft(path))) {
    const leftMs = overAtMs - performance.now();
    const answer = leftMs > 0 ? await askForRole(path, leftMs) : 'kept';
    if (answer !== 'none') return answer === 'free';
    await sleep(askAgainMs);
  }
  return true;
}

function isLeft(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT');
    });
  });
}

function unusable(path: string, why: string): Result<never, Failure> {
  return fail({ reason: 'runtime-unusable', message: `cannot listen on ${path}: ${why}` });
}
