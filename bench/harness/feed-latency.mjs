// How long lines take from a child's write until a client of the feed has them; run by itself it is the bare server.
import { fork, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';
import { freshEnvironment, ridealong } from './processes.mjs';
import { serving, stopped } from './serving.mjs';

const self = fileURLToPath(import.meta.url);
/** A prime, so that it is in step with no timer of ours. */
const betweenLinesMs = 23;

if (process.send && process.argv[1] === self) serveBare(Number(process.argv[2]));

/**
 * Of one session that prints a line with the time every so often, served by these words of Ridealong.
 *
 * @returns of each line `writtenMs`, from the first one on, and `ms`
 */
export async function feedLatency(folder, words, lastsMs) {
  const env = freshEnvironment(folder);
  const { port, headers, stop } = await serving(words, env);
  const agent = `
    const endMs = performance.now() + ${lastsMs};
    const timer = setInterval(() => {
      process.stdout.write('error: at ' + process.hrtime.bigint() + '\\n');
      if (performance.now() > endMs) clearInterval(timer);
    }, ${betweenLinesMs});`;
  const begin = () => spawn(process.execPath, [ridealong, process.execPath, '-e', agent], { env, stdio: 'ignore' });
  const lines = await followed(new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers }), begin);
  await stop();
  rmSync(env.HOME, { recursive: true, maxRetries: 20, retryDelay: 100 });
  return lines;
}

/** Of `ws` alone, in a process that sends the time itself. */
export async function bareFeedLatency(lastsMs) {
  const child = fork(self, [String(lastsMs)]);
  const { port } = await new Promise((resolve) => child.once('message', resolve));
  const lines = await followed(new WebSocket(`ws://127.0.0.1:${port}`), () => undefined);
  await stopped(child);
  return lines;
}

/** Follows one session, from before its start to its end. */
function followed(socket, begin) {
  const lines = [];
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const nowNs = process.hrtime.bigint();
      const message = JSON.parse(data);
      if (message.type === 'connected') begin();
      const written = /^error: at (\d+)$/.exec(message.original_line ?? '')?.[1];
      if (written !== undefined) {
        const writtenMs = Number(written) / 1e6;
        lines.push({ writtenMs: writtenMs - (lines.startMs ??= writtenMs), ms: Number(nowNs - BigInt(written)) / 1e6 });
      }
      if (message.type !== 'complete') return;
      socket.terminate();
      resolve(lines);
    });
  });
}

function serveBare(lastsMs) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('listening', () => process.send({ port: server.address().port }));
  server.on('connection', (socket) => {
    const endMs = performance.now() + lastsMs;
    const timer = setInterval(() => {
      const line = `error: at ${process.hrtime.bigint()}`;
      socket.send(JSON.stringify({ type: 'extraction', original_line: line }));
      if (performance.now() < endMs) return;
      clearInterval(timer);
      socket.send('{"type":"complete"}');
    }, betweenLinesMs);
  });
}
