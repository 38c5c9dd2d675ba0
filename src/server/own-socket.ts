import { chmodSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { askForRole } from './role-connection.ts';

/** How long the holder may take to hand the role over. */
const handOverPatienceMs = 3_000;

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
  if (found !== undefined && (await isAnswered(path))) {
    const isFree = asks && (await askForRole(path, handOverPatienceMs));
    if (!isFree) {
      return fail({ reason: 'server-running', message: `a server is running already, it answers at ${path}` });
    }
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

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function unusable(path: string, why: string): Result<never, Failure> {
  return fail({ reason: 'runtime-unusable', message: `cannot listen on ${path}: ${why}` });
}
