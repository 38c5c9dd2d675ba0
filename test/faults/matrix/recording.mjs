import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads a recording without any of Ridealong's own code.
 *
 * @returns by stream, `bytes`, which were recorded; `pieces` of them that were printed in one go, each with its
 * place in the recording (`from`), in what the child printed (`at`) and its length; and `gap`, the bytes that
 * are marked as missing. Undefined where there is none
 */
export function readRecording(folder) {
  if (!existsSync(join(folder, 'session.json'))) return undefined;
  const stream = (name) => {
    const file = join(folder, `${name}.log`);
    return { bytes: existsSync(file) ? readFileSync(file) : Buffer.alloc(0), pieces: [], gap: 0, timed: 0 };
  };
  const streams = { stdout: stream('stdout'), stderr: stream('stderr') };
  const timing = join(folder, 'timing');
  for (const line of existsSync(timing) ? readFileSync(timing, 'latin1').split('\n').slice(0, -1) : []) {
    const [, type, rest] = /^([OEHS]) \d+\.\d{6} (.*)$/.exec(line) ?? [];
    if (type === undefined) break;
    if (type === 'O' || type === 'E') add(streams[type === 'O' ? 'stdout' : 'stderr'], Number(rest));
    const [, missing, length] = /^GAP_(STDOUT|STDERR) (\d+)$/.exec(rest) ?? [];
    if (missing !== undefined) streams[missing.toLowerCase()].gap += Number(length);
  }
  // What a crash left without a time.
  for (const each of Object.values(streams)) add(each, Infinity);
  return streams;
}

function add(stream, length) {
  const there = Math.min(length, stream.bytes.length - stream.timed);
  if (there <= 0) return;
  const last = stream.pieces.at(-1);
  const at = stream.timed + stream.gap;
  if (last !== undefined && last.at + last.length === at) last.length += there;
  else stream.pieces.push({ from: stream.timed, at, length: there });
  stream.timed += there;
}
