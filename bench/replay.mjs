// How long a seek takes, and how far from its time a moment arrives, over a WebSocket of the server that runs now.
// Prints a line for the seeks and one for each speed. Take a long session in a terminal.
//
//   ridealong serve & node bench/replay.mjs <session id>
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const runtime = process.env['XDG_RUNTIME_DIR'];
const folder = runtime ? join(runtime, 'ridealong') : join(homedir(), '.local/share/ridealong/run');
const { port, token } = JSON.parse(readFileSync(join(folder, 'serve.json'), 'utf8'));
const address = `ws://127.0.0.1:${port}/api/replay/session/${process.argv[2]}?kinds=output`;
const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });

const waiting = new Map();
let arrivals = [];
let durationUs = 0;
socket.on('message', (data) => {
  const now = performance.now();
  const message = JSON.parse(data.toString());
  if (message.type === 'connected') durationUs = message.duration_us;
  if (message.type === 'output') arrivals.push({ now, timeUs: message.time_us });
  waiting.get(message.request_id)?.(now);
});
await new Promise((resolve) => socket.on('open', resolve));

let requests = 0;
function send(command) {
  requests += 1;
  socket.send(JSON.stringify({ ...command, request_id: requests }));
  return new Promise((resolve) => waiting.set(requests, resolve));
}

await send({ type: 'pause' });
const seeks = [];
for (let count = 0; count < 30; count += 1) {
  const start = performance.now();
  seeks.push((await send({ type: 'seek', to_us: Math.floor((durationUs * ((count * 7) % 30)) / 30) })) - start);
}
console.log(`seek: ${summary(seeks)}`);
for (const speed of [1, 10, 100]) {
  await send({ type: 'seek', to_us: Math.floor(durationUs / 6) });
  await send({ type: 'speed', speed });
  await sleep(500);
  arrivals = [];
  await send({ type: 'resume' });
  await sleep(8_000);
  await send({ type: 'pause' });
  // Against the schedule that most keep: nobody else knows when it began.
  const starts = arrivals.map(({ now, timeUs }) => now - timeUs / 1000 / speed).sort((one, other) => one - other);
  const start = starts[starts.length >> 1];
  console.log(
    `speed ${speed}: ${starts.length} moments, off by ${summary(starts.map((each) => Math.abs(each - start)))}`,
  );
}
socket.close();

function summary(times) {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `${at(0.5)} ms (p99 ${at(0.99)}, most ${at(1)})`;
}
