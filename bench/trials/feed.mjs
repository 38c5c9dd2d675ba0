// How many messages a second reach 100 clients that follow a feed of 100,000 events from its start; against `ws` alone,
// which sends each event to each client by a `send` of its own.
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';
import { bundle } from '../harness/bundle.mjs';
import { interleave } from '../harness/interleave.mjs';
import { root, workFolder } from '../harness/processes.mjs';
import { freshDatabase, storeBundle, written } from '../harness/stored.mjs';
import { isSmoke, rounds, tell } from '../harness/trial.mjs';

const clients = isSmoke ? 4 : 100;
const events = isSmoke ? 1_000 : 10_000;
const self = fileURLToPath(import.meta.url);
const [, , role, ...words] = process.argv;

if (role === 'ours') await serveOurs(...words);
else if (role === 'theirs') serveTheirs();
else await compare();

async function compare() {
  const code = mkdtempSync(join(root, 'dist.bench-'));
  try {
    const database = freshDatabase(workFolder('feed', 1e8));
    await written('fill', await storeBundle(code), database, events, 1);
    const contents = `
      export { startServer } from './src/server/server.ts';
      export { openFeed } from './src/store/open-feed.ts';`;
    const server = await bundle(code, 'server', contents);
    const measures = { ours: () => deliveries('ours', server, database), theirs: () => deliveries('theirs') };
    const { ours, theirs } = await interleave(measures, rounds);
    const what = `messages to ${clients} clients, history at full speed`;
    const baseline = { name: 'ws, a send each', samples: theirs };
    tell({ what, unit: 'messages/s', samples: ours, baseline, target: { ratioAtLeast: 5 } });
  } finally {
    rmSync(code, { recursive: true });
  }
}

/** Messages a second, from the first connection until the last client has the last of them. */
async function deliveries(...server) {
  const child = fork(self, server);
  const { port, token } = await new Promise((resolve) => child.once('message', resolve));
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: clients }, () =>
      received(new WebSocket(`ws://127.0.0.1:${port}/ws?since=0&kinds=extraction`, { headers })),
    ),
  );
  const ms = performance.now() - startMs;
  child.kill('SIGKILL');
  return (1000 * clients * events) / ms;
}

function received(socket) {
  let left = events;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      // What the server says of itself is shorter than any event.
      if (data.length < 250 || --left > 0) return;
      socket.terminate();
      resolve();
    });
  });
}

async function serveOurs(serverFile, database) {
  const { startServer, openFeed } = await import(pathToFileURL(serverFile).href);
  const runtime = join(mkdtempSync(join(database, '..', 'run-')), 'ridealong');
  const feed = openFeed(database);
  const limits = { maxSubscribers: 256, maxBufferedBytes: 1 << 20, stallLimitMs: 60_000, heartbeatMs: 30_000 };
  const started = await startServer({
    version: 'bench',
    process: { pid: process.pid, startTicks: 0 },
    runtime,
    database,
    feed: feed.value,
    ask: () => Promise.reject(new Error('nobody asks')),
    log: {},
    port: 0,
    feedLimits: limits,
  });
  if (!started.ok) throw new Error(started.failure.message);
  process.send(JSON.parse(readFileSync(started.value.serveFile, 'utf8')));
}

function serveTheirs() {
  const text = JSON.stringify({ type: 'extraction', cursor: 123_456, text: 'x'.repeat(600) });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  const connected = [];
  server.on('connection', (socket) => {
    connected.push(socket);
    if (connected.length < clients) return;
    let nth = 0;
    const sendSome = () => {
      for (const until = Math.min(nth + 64, events); nth < until; nth += 1) {
        for (const client of connected) client.send(text);
      }
      if (nth < events) setImmediate(sendSome);
    };
    sendSome();
  });
  server.on('listening', () => process.send({ port: server.address().port }));
}
