import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import { createRoleKeeper, type RoleTimes } from '../src/role-keeper.ts';
import { temporaryHome } from './support/recorded-sessions.ts';

const times: RoleTimes = { retryMs: 1, readOnlyMs: 1, handOverMs: 1, farewellMs: 1 };

/** A keeper that cannot load a server, since there is none beside the sources, and what it says then. */
function keeperIn(paths: Paths) {
  let hear: (message: string) => void;
  const trouble = new Promise<string>((resolve) => (hear = resolve));
  const keeper = createRoleKeeper({ paths, port: 0 }, (message) => hear(message), times);
  onTestFinished(() => keeper.rest());
  return { keeper, trouble };
}

/** One that holds the role, and says who waits for it. */
async function holderIn({ runtime }: Paths): Promise<{ server: Server; waits: Promise<string>; end(): void }> {
  mkdirSync(runtime, { mode: 0o700 });
  let hear: (request: string) => void;
  const waits = new Promise<string>((resolve) => (hear = resolve));
  let end: () => void = () => undefined;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      end = () => {
        server.close();
        socket.destroy();
      };
      hear(request.toString());
    });
  });
  await new Promise<void>((resolve) => server.listen(join(runtime, 'serve.sock'), resolve));
  onTestFinished(() => void server.close());
  return { server, waits, end: () => end() };
}

it('tells why it cannot serve', async () => {
  const { keeper, trouble } = keeperIn(temporaryHome());
  keeper.begin();
  expect(await trouble).toContain('serve-thread');
});

it('tells when others may get into the runtime folder', async () => {
  const paths = temporaryHome();
  mkdirSync(paths.runtime);
  chmodSync(paths.runtime, 0o755);
  const { keeper, trouble } = keeperIn(paths);
  keeper.begin();
  expect(await trouble).toContain('others may get in');
});

it('tells when the lock is none, and nothing else is harmed', async () => {
  const paths = temporaryHome();
  mkdirSync(paths.runtime, { mode: 0o700 });
  writeFileSync(join(paths.runtime, 'serve.lock'), 'no lock '.repeat(1_000));
  const { keeper, trouble } = keeperIn(paths);
  keeper.begin();
  expect(await trouble).toContain('file is not a database');
});

it('loads no server while another one holds the role, and does so when its connection ends', async () => {
  const paths = temporaryHome();
  const holder = await holderIn(paths);
  const { keeper, trouble } = keeperIn(paths);
  keeper.begin();
  expect(await holder.waits).toContain('Upgrade: ridealong-role');
  let hasTried = false;
  void trouble.then(() => (hasTried = true));
  await new Promise(setImmediate);
  expect(hasTried).toBe(false);
  holder.end();
  expect(await trouble).toContain('serve-thread');
});

it('waits for nothing once it rests', async () => {
  const paths = temporaryHome();
  const holder = await holderIn(paths);
  const { keeper } = keeperIn(paths);
  keeper.begin();
  await holder.waits;
  const left = new Promise((resolve) => holder.server.close(resolve));
  await keeper.rest();
  await left;
});

it('connects once to who holds the role, however often it is begun', async () => {
  const paths = temporaryHome();
  const holder = await holderIn(paths);
  const { keeper } = keeperIn(paths);
  keeper.begin();
  await holder.waits;
  keeper.begin();
  // Its timers have their turn, and whoever connects then comes behind it.
  await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => setTimeout(resolve));
  const others = await new Promise<number>((resolve) => {
    const last = connect(join(paths.runtime, 'serve.sock'), () => {
      last.end();
      holder.server.getConnections((_error, count) => resolve(count - 1));
    });
  });
  expect(others).toBe(1);
});
