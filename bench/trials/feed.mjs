// How many messages a second reach 64 clients, as many as a server admits, that follow a feed of 10,000 events from its
// start; against `ws` alone, which sends each event to each client by a `send` of its own.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { followHistory } from '../harness/follow-history.mjs';
import { interleave } from '../harness/interleave.mjs';
import { freshEnvironment, root, workFolder } from '../harness/processes.mjs';
import { serving, stopped } from '../harness/serving.mjs';
import { databaseIn, storeBundle, written } from '../harness/stored.mjs';
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
    await written('fill', await storeBundle(code), databaseIn(environment), events, 1);
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
  const { stop, ...server } = await serve();
  try {
    return (1000 * clients * events) / (await followHistory(server, clients, events));
  } finally {
    await stop();
  }
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
