import { once } from 'node:events';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { freshHome, type Home } from '../server/support/serving-process.ts';
import { askOwn, echoingAgent, servedBy, wrap } from '../server/support/wrappers.ts';
import { runRidealong, startRidealong } from '../support/ridealong.ts';

const pageBytes = 4096;

/** Overwrites what nobody reads who only adds events: the pages of the first ones. */
function damage({ paths }: Home): void {
  const database = new KeptDatabase(paths.database);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const leaves = database
    .prepare<[], { page: number }>(
      "SELECT pageno AS page FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path LIMIT 3",
    )
    .all();
  database.close();
  const descriptor = openSync(paths.database, 'r+');
  for (const { page } of leaves) {
    writeSync(descriptor, Buffer.alloc(pageBytes, 0xaa), 0, pageBytes, (page - 1) * pageBytes);
  }
  closeSync(descriptor);
}

const asides = ({ paths }: Home) => readdirSync(paths.data).filter((name) => /\.damaged-.*Z$/.test(name));

/** Waits until the server answers with so many events. */
async function eventsReach(home: Home, wanted: number) {
  for (;;) {
    const answer = (await askOwn(home, '/api/query/extractions?limit=1000')) as { items?: unknown[] } | undefined;
    if (answer?.items?.length === wanted) return;
    await pause(50);
  }
}

it('is mended by a server that meets it where nobody else runs', async () => {
  const home = freshHome();
  const agent = 'for i in $(seq 500); do echo "error: number $i"; done';
  await runRidealong(['--no-serve', 'sh', '-c', agent], { env: home.environment });
  const server = startRidealong(['serve'], { env: home.environment, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void server.kill('SIGKILL'));
  let told = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => (told += text));
  await eventsReach(home, 500);
  damage(home);
  await eventsReach(home, 500);
  expect(asides(home)).toHaveLength(1);
  server.kill('SIGTERM');
  await once(server, 'close');
  expect(told.match(/was damaged; it is now/g)).toHaveLength(1);
});

it('is mended by a wrapper that goes on to write, when its server meets it', async () => {
  const home = freshHome();
  const wrapper = wrap(home, echoingAgent);
  onTestFinished(() => void wrapper.process.kill('SIGKILL'));
  await servedBy(home);
  wrapper.process.stdin?.write(Array.from({ length: 500 }, (_, nth) => `number ${nth}\n`).join(''));
  await eventsReach(home, 500);
  damage(home);
  wrapper.process.stdin?.write('more\n');
  await eventsReach(home, 501);
  expect(asides(home)).toHaveLength(1);
  wrapper.process.stdin?.end();
  await once(wrapper.process, 'close');
});

it('is built anew with the session of a wrapper that has nothing to write, when a command meets it', async () => {
  const home = freshHome();
  const wrapper = wrap(home, echoingAgent, ['--no-serve']);
  const read = () => runRidealong(['events', '--limit', '1000', '--json'], { env: home.environment });
  const readAll = async () => {
    for (;;) {
      const { stdout, code } = await read();
      if (code === 0 && (JSON.parse(stdout) as unknown[]).length === 500) return;
    }
  };
  wrapper.process.stdin?.write(Array.from({ length: 500 }, (_, nth) => `number ${nth}\n`).join(''));
  await readAll();
  damage(home);
  const { stderr, code } = await read();
  expect(code).toBe(0);
  expect(stderr.match(/was damaged; it is now/g)).toHaveLength(1);
  await readAll();
  expect(asides(home)).toHaveLength(1);
  wrapper.process.stdin?.end();
  expect(await wrapper.ended).toBe(0);
});
