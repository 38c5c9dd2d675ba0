// How long it takes from a child's write until a client of the feed has it: an event in milliseconds, live.
// The child prints a line with the time every so often; the client is a WebSocket on the port of serve.json.
// Measured against a wrapper's own server and against `ridealong serve`, from the session's start (its first two
// seconds) and afterwards. Needs a quiet machine: it measures waiting, not work.
//
//   node bench/latency.mjs [seconds] [ms between lines]
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

const [, , seconds = '20', everyMs = '47'] = process.argv;
const program = fileURLToPath(new URL('../dist/ridealong.js', import.meta.url));
const agent = `
  const end = performance.now() + ${Number(seconds) * 1000};
  const timer = setInterval(() => {
    process.stdout.write('error: at ' + process.hrtime.bigint() + '\\n');
    if (performance.now() > end) clearInterval(timer);
  }, ${everyMs});`;
const startNs = 2_000_000_000n;

for (const who of ['a wrapper', 'ridealong serve']) {
  const home = mkdtempSync(join(tmpdir(), 'ridealong-latency-'));
  const environment = {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    NODE_EXTRA_CA_CERTS: undefined,
  };
  for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'RIDEALONG_SESSION_ID'])
    Reflect.deleteProperty(environment, name);
  mkdirSync(environment.XDG_RUNTIME_DIR, { mode: 0o700 });
  const ridealong = (...words) => spawn(process.execPath, [program, ...words], { env: environment, stdio: 'ignore' });
  const server = who === 'a wrapper' ? ridealong('sh', '-c', 'sleep 1000') : ridealong('serve');
  const serveFile = join(environment.XDG_RUNTIME_DIR, 'ridealong', 'serve.json');
  while (!existsSync(serveFile)) await sleep(10);
  const { port, token } = JSON.parse(readFileSync(serveFile, 'utf8'));
  const samples = await follow(`ws://127.0.0.1:${port}/ws`, token, () => ridealong(process.execPath, '-e', agent));
  server.kill('SIGTERM');
  const first = samples[0]?.writtenNs ?? 0n;
  report(
    `served by ${who}, at the start`,
    samples.filter(({ writtenNs }) => writtenNs - first <= startNs),
  );
  report(
    `served by ${who}, afterwards`,
    samples.filter(({ writtenNs }) => writtenNs - first > startNs),
  );
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Follows one session, from before its start to its end. */
function follow(url, token, begin) {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  const samples = [];
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const nowNs = process.hrtime.bigint();
      const message = JSON.parse(data);
      if (message.type === 'connected') begin();
      const written = /^error: at (\d+)$/.exec(message.original_line ?? '')?.[1];
      if (written !== undefined) {
        samples.push({ writtenNs: BigInt(written), ms: Number(nowNs - BigInt(written)) / 1e6 });
      }
      if (message.type !== 'complete') return;
      socket.terminate();
      resolve(samples);
    });
  });
}

function report(name, samples) {
  const times = samples.map(({ ms }) => ms).sort((one, other) => one - other);
  const at = (share) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN).toFixed(1);
  console.log(
    `${name}: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${times.length} lines)`,
  );
}
