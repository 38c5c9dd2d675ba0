import { type BigIntStats, chmodSync, lstatSync, renameSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** Others may be about to take the same stale socket over; one of us gets it. */
const attempts = 20;
/** How long it may take from a socket's being there to its being answered. */
const startMs = 50;

/**
 * Lets the server listen on this socket, which makes it the one server of its user. What a dead server left behind
 * is taken over, a live one's never: `server-running`.
 */
export async function listenOnOwnSocket(server: Server, path: string): Promise<Result<void, Failure>> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const error = await listen(server, path);
    if (error === undefined) {
      chmodSync(path, 0o600);
      return ok(undefined);
    }
    if (error.code !== 'EADDRINUSE') return unusable(path, error.message);
    const found = statOf(path);
    if (found === undefined) continue;
    if (!found.isSocket()) return unusable(path, 'something else is there');
    let isLive = await isAnswered(path);
    if (!isLive) {
      // A server that is just being started has its socket before it answers.
      await sleep(startMs);
      isLive = await isAnswered(path);
    }
    if (isLive) {
      return fail({ reason: 'server-running', message: `a server is running already, it answers at ${path}` });
    }
    removeStale(path, found);
  }
  return unusable(path, 'others start at the same time');
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

/** Moved first, and looked at then: since nobody answered, another server may have put its own there. */
function removeStale(path: string, stale: BigIntStats): void {
  const moved = `${path}.${process.pid}`;
  try {
    renameSync(path, moved);
  } catch {
    return;
  }
  const found = statOf(moved);
  if (found?.ino === stale.ino && found.mtimeNs === stale.mtimeNs) rmSync(moved, { force: true });
  else renameSync(moved, path);
}

const statOf = (path: string) => lstatSync(path, { bigint: true, throwIfNoEntry: false });

function unusable(path: string, why: string): Result<never, Failure> {
  return fail({ reason: 'runtime-unusable', message: `cannot listen on ${path}: ${why}` });
}
