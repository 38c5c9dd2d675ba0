// How many messages a second reach 64 clients, as many as a server admits, that follow a feed of 10,000 events from its
// start; against `ws` alone, which sends each event to each client by a `send` of its own.
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';
import { interleave } from '../harness/interleave.mjs';
import { freshEnvironment, root, workFolder } from '../harness/processes.mjs';
import { serving, stopped } from '../harness/serving.mjs';
import { storeBundle, written } from '../harness/stored.mjs';
import { isSmoke, rounds, tell } from '../harness/trial.mjs';

/** As many as a server admits at once. */
const clients = isSmoke ? 4 : 64;
const events = isSmoke ? 1_000 : 10_000;
const self = fileURLToPath(import.meta.url);

if (process.argv[2] === 'theirs') serveTheirs();
else await compare();

async function compare() {
  const code = mkdtempSync(join(root, 'dist.bench-'));
  try {
    const environment = freshEnvironment(workFolder('feed', 1e8));
    const data = join(environment.XDG_DATA_HOME, 'ridealong');
    mkdirSync(data, { recursive: true, mode: 0o700 });
    await written('fill', await storeBundle(code), join(data, 'ridealong.db'), events, 1);
    const measures = {
      ours: () => deliveries(() => serving(['serve'], environment)),
      theirs: () => deliveries(serveTheirsApart),
    };
    const { ours, theirs } = await interleave(measures, rounds);
    const what = `messages to ${clients} clients, history at full speed`;
    const baseline = { name: 'ws, a send each', samples: theirs };
    tell({ what, unit: 'messages/s', samples: ours, baseline, target: { ratioAtLeast: 5 } });
  } finally {
    rmSync(code, { recursive: true });
  }
}

/** Messages a second, from the first connection until the last client has the last of them. */
async function deliveries(serve) {
  const { port, headers, stop } = await serve();
  try {
    const startMs = performance.now();
    await Promise.all(
      Array.from({ length: clients }, () =>
        received(new WebSocket(`ws://127.0.0.1:${port}/ws?since=0&kinds=extraction`, { headers })),
      ),
    );
    return (1000 * clients * events) / (performance.now() - startMs);
  } finally {
    await stop();
  }
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

async function serveTheirsApart() {
  const child = fork(self, ['theirs']);
  const { port } = await new Promise((resolve) => child.once('message', resolve));
  return { port, headers: {}, stop: () => stopped(child) };
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
