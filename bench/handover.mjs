// How long the feed has no server when the wrapper that serves it ends, or is killed, while another one runs:
// until the other answers on the user's socket, and until a client has its first message from it.
//
//   node bench/handover.mjs [rounds]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

const rounds = Number(process.argv[2] ?? 10);
const program = fileURLToPath(new URL('../dist/ridealong.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'ridealong-handover-'));
const environment = { ...process.env, HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), NODE_EXTRA_CA_CERTS: undefined };
for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'RIDEALONG_SESSION_ID']) {
  Reflect.deleteProperty(environment, name);
}
mkdirSync(environment.XDG_RUNTIME_DIR, { mode: 0o700 });
const wrap = () => spawn(process.execPath, [program, 'cat'], { env: environment, stdio: ['pipe', 'ignore', 'ignore'] });

let holder = wrap();
await servedBy(holder);
for (const how of ['ends', 'is killed']) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const next = wrap();
    await sleep(1_500);
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    const startMs = performance.now();
    if (how === 'ends') holder.stdin.end();
    else holder.kill('SIGKILL');
    await servedBy(next);
    times.push(performance.now() - startMs);
    await ended;
    holder = next;
  }
  times.sort((one, other) => one - other);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]);
  console.log(
    `the holder ${how}: a client hears the next one after p50 ${at(0.5)} ms, most ${at(1)} ms (${rounds} rounds)`,
  );
}
holder.kill('SIGTERM');
await new Promise((resolve) => holder.once('exit', resolve));
rmSync(home, { recursive: true, force: true });

/** Until a client has been let in by this wrapper's server. */
async function servedBy({ pid }) {
  for (;;) {
    const served = serveFile();
    if (served?.pid === pid && (await hears(served))) return;
    await sleep(2);
  }
}

function serveFile() {
  try {
    return JSON.parse(readFileSync(join(environment.XDG_RUNTIME_DIR, 'ridealong', 'serve.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function hears({ port, token }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { authorization: `Bearer ${token}` } });
  return new Promise((resolve) => {
    socket.on('message', () => {
      resolve(true);
      socket.terminate();
    });
    socket.on('error', () => resolve(false));
  });
}
