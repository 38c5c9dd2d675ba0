// Follows the feed over a WebSocket: node examples/tail-client.mjs ['type=error&risk=high']
// Prints one line per event, and goes on where it was when the server is started anew.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const { XDG_RUNTIME_DIR: runtime, XDG_DATA_HOME: data = join(homedir(), '.local/share') } = process.env;
const folder = runtime ? join(runtime, 'ridealong') : join(data, 'ridealong', 'run');
const filter = process.argv[2] ?? '';
let cursor = 0;

for (;;) {
  try {
    const { port, token } = JSON.parse(readFileSync(join(folder, 'serve.json'), 'utf8'));
    await follow(`ws://127.0.0.1:${port}/ws?${filter}&since=${cursor}`, token);
  } catch {
    // There is no server now.
  }
  await sleep(500);
}

/** Follows until the connection ends. The token is a subprotocol, as browsers send it. */
function follow(url, token) {
  const socket = new WebSocket(url, ['ridealong', `ridealong.token.${token}`]);
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    cursor = message.cursor;
    if (message.type === 'extraction') {
      console.log(`${message.timestamp} ${message.agent} ${message.event_type} ${message.matched_value}`);
    }
    // What was told of this session is void; what follows tells it anew.
    if (message.type === 'reindex') console.log(`${message.timestamp} ${message.agent} (told anew)`);
    if (message.type === 'error') console.error(message.message);
  });
  return new Promise((resolve, reject) => {
    socket.on('close', resolve);
    socket.on('error', reject);
  });
}
