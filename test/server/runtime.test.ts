import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pathsFrom } from '../../src/domain/config.ts';
import { fail } from '../../src/domain/result.ts';
import { listenOnOwnSocket } from '../../src/server/own-socket.ts';
import { prepareRuntimeFolder } from '../../src/server/runtime-folder.ts';
import { startServer } from '../../src/server/server.ts';
import { openFileLock } from '../../src/store/file-lock.ts';
import { openFeed } from '../../src/store/open-feed.ts';
import { failureOf, valueOf } from '../store/fixtures/samples.ts';
import { temporaryHome } from '../support/recorded-sessions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { processClock } from '../../src/replay/process-clock.ts';
import { startReplay } from '../../src/replay/start-replay.ts';
import { ask, runServer } from './support/running-server.ts';

const nobody = (): never => {
  throw new Error('nobody wants lines');
};
const never = () => Promise.resolve(fail({ status: 503, code: 'none', message: 'none' } as const));

/** Another server of the same user. */
function another(paths: ReturnType<typeof temporaryHome>, port = 0) {
  const feed = valueOf(openFeed(paths.database));
  onTestFinished(() => feed.close());
  const log = { bytes: () => Promise.resolve(fail({ reason: 'usage', message: '' } as const)), text: String };
  const { runtime, database } = paths;
  return startServer({
    version: '1',
    process: { pid: 1, startTicks: 1 },
    runtime,
    database,
    feed,
    ask: never,
    log,
    searchLag: () => undefined,
    replay: { ask: never, start: startReplay, clock: processClock },
    startExport: never as never,
    startLines: nobody,
    commandSession: () => Promise.resolve(fail({ code: 'not_running', message: '' })),
    port,
  });
}

/** A socket that nobody answers: whoever had it was killed. */
function leaveStale(path: string): void {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, path]);
  expect(statSync(path).isSocket()).toBe(true);
}

describe('the runtime folder', () => {
  it('is in XDG_RUNTIME_DIR, or with the data where there is none', () => {
    expect(pathsFrom({ HOME: '/home/u', XDG_RUNTIME_DIR: '/run/user/1' }, '/').runtime).toBe('/run/user/1/ridealong');
    for (const folder of [undefined, '', 'relative']) {
      const environment = { HOME: '/home/u', XDG_RUNTIME_DIR: folder };
      expect(pathsFrom(environment, '/').runtime).toBe('/home/u/.local/share/ridealong/run');
    }
  });

  it('is made for us alone', () => {
    const folder = join(temporaryFolder(), 'a', 'run');
    expect(valueOf(prepareRuntimeFolder(folder)).folder).toBe(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is refused when others may get in', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o750);
    expect(failureOf(prepareRuntimeFolder(folder))).toMatchObject({ reason: 'runtime-unusable' });
  });

  it('is refused when it is a link, or a file', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['link', 'file']) {
      expect(failureOf(prepareRuntimeFolder(join(folder, name))).reason).toBe('runtime-unusable');
    }
  });
});

describe('the socket', () => {
  it('of a live server is never taken over', async () => {
    const to = await runServer();
    expect(failureOf(await another(to.paths))).toMatchObject({ reason: 'server-running' });
    expect((await ask(to, '/api/health', { socket: true, headers: {} })).status).toBe(200);
    expect(existsSync(to.server.serveFile)).toBe(true);
  });

  it('of a dead one is', async () => {
    const paths = temporaryHome();
    mkdirSync(paths.runtime, { mode: 0o700 });
    leaveStale(join(paths.runtime, 'serve.sock'));
    const to = await runServer({ paths });
    expect((await ask(to, '/api/health', { socket: true, headers: {} })).status).toBe(200);
  });

  it('of one that ends while it is asked is, and one that never answers keeps it', async () => {
    for (const [endsWhenAsked, expected] of [
      [true, { ok: true }],
      [false, { ok: false, failure: { reason: 'server-running' } }],
    ] as const) {
      const path = join(temporaryFolder(), 'serve.sock');
      const holder = createServer((connection) => {
        connection
          .on('error', () => undefined)
          .once('data', () => {
            if (endsWhenAsked) holder.close();
            connection.destroy();
          });
      });
      await new Promise<void>((resolve) => holder.listen(path, resolve));
      const server = createHttpServer();
      onTestFinished(() => void [holder, server].map((each) => each.close()));
      expect(await listenOnOwnSocket(server, path, { asks: true })).toMatchObject(expected);
    }
  });

  it('goes to one of many who find it stale at the same time', async () => {
    const path = join(temporaryFolder(), 'serve.sock');
    leaveStale(path);
    const servers = [...Array(8).keys()].map(() => createHttpServer());
    onTestFinished(() => servers.forEach((server) => server.close()));
    // Under the lock, in whatever order.
    const locks = servers.map(() => valueOf(openFileLock(`${path}.lock`)));
    onTestFinished(() => locks.forEach((lock) => lock.close()));
    const taken = await Promise.all(
      servers.map(async (server, index) => {
        while (locks[index]?.tryLock() === false) await new Promise(setImmediate);
        const outcome = await listenOnOwnSocket(server, path, { asks: false });
        locks[index]?.unlock();
        return outcome;
      }),
    );
    expect(taken.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('is refused where something else is', async () => {
    const paths = temporaryHome();
    mkdirSync(paths.runtime, { mode: 0o700 });
    writeFileSync(join(paths.runtime, 'serve.sock'), 'precious');
    expect(failureOf(await another(paths)).reason).toBe('runtime-unusable');
    expect(readFileSync(join(paths.runtime, 'serve.sock'), 'utf8')).toBe('precious');
  });
});

describe('the port', () => {
  it('is the next free one when somebody has it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const to = await runServer({ port });
    expect(to.server.port).toBeGreaterThan(port);
    expect((await ask(to, '/api/health')).status).toBe(200);
  });

  it('is on this machine only', async () => {
    const to = await runServer();
    const { port } = to.server;
    const everywhere = createServer();
    onTestFinished(() => void everywhere.close());
    // Another address of the same machine is free.
    await new Promise<void>((resolve, reject) => {
      everywhere.once('error', reject).listen(port, '127.0.0.2', resolve);
    });
  });
});

describe('the file', () => {
  it('tells process, port and tokens', async () => {
    const to = await runServer();
    expect(JSON.parse(readFileSync(to.server.serveFile, 'utf8'))).toEqual({
      pid: process.pid,
      start_ticks: 7,
      port: to.server.port,
      token: to.token,
      approve_token: to.tokens.approve,
      input_token: to.tokens.input,
    });
    expect(new Set(Object.values(to.tokens)).size).toBe(3);
  });

  it('that cannot be written leaves no server behind', async () => {
    const paths = temporaryHome();
    mkdirSync(join(paths.runtime, 'serve.json', 'in the way'), { recursive: true, mode: 0o700 });
    chmodSync(paths.runtime, 0o700);
    expect(failureOf(await another(paths)).reason).toBe('runtime-unusable');
    expect(existsSync(join(paths.runtime, 'serve.sock'))).toBe(false);
  });

  it('is gone when the server has ended, and the socket, too', async () => {
    const to = await runServer();
    await to.server.close();
    expect(readdirSync(to.paths.runtime)).toEqual([]);
  });

  it('stays when it is another server’s by then', async () => {
    const to = await runServer();
    writeFileSync(to.server.serveFile, '{"token":"of another"}');
    await to.server.close();
    expect(readdirSync(to.paths.runtime)).toEqual(['serve.json']);
  });
});
