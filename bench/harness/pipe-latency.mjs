import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freshEnvironment, ridealong } from './processes.mjs';

const bytesPerMs = 20_000;
const messages = fileURLToPath(new URL('stamped-messages.mjs', import.meta.url));

/** What stands between the two processes. */
const between = {
  nothing: '"$node" "$@"',
  cat: '"$node" "$@" | cat',
  ridealong: '"$node" "$ridealong" -- "$node" "$@"',
};

/**
 * How long messages are on their way from one process to another, 20 MB a second together.
 *
 * @param hop one of `nothing`, `cat` and `ridealong`
 * @param options.corpus a file with what is written
 * @param options.writers how many pairs of processes there are
 * @returns ms, of each message
 */
export async function pipeLatency(folder, hop, { corpus, writers, startMs, countedMs }) {
  const fromNs = process.hrtime.bigint() + BigInt(startMs) * 1_000_000n;
  const untilNs = fromNs + BigInt(countedMs) * 1_000_000n;
  const words = [corpus, bytesPerMs, writers, fromNs, untilNs].map(String);
  const script = `${between[hop].replace('"$@"', '"$messages" write "$@"')} | "$node" "$messages" read "$@"`;
  const env = { ...freshEnvironment(folder), node: process.execPath, ridealong, messages };
  const pair = async () => {
    const running = promisify(execFile)('sh', ['-c', script, 'sh', ...words], { env, maxBuffer: 1 << 26 });
    running.child.stdin.end();
    return JSON.parse((await running).stdout);
  };
  const waits = (await Promise.all(Array.from({ length: writers }, pair))).flat();
  rmSync(env.HOME, { recursive: true });
  if (waits.length === 0) throw new Error('no message came through');
  return waits;
}
