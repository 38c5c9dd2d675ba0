// replaying-agent.mjs CAPTURE [SPEED]: says what the recorded agent said, so many times as fast, and ends as it ended.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [folder, speed = '1'] = process.argv.slice(2);
const bytesOf = (file) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file)) : Buffer.alloc(0));
const streams = { o: [1, bytesOf('stdout.bin')], e: [2, bytesOf('stderr.bin')] };
const timing = bytesOf('timing.jsonl')
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

// What was recorded has gone through a terminal already.
if (process.stdout.isTTY) execFileSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'inherit'] });

const startMs = performance.now();
for (const [ms, kind, first, second] of timing) {
  await sleep(Math.max(0, ms / Number(speed) - (performance.now() - startMs)));
  if (kind in streams) {
    const [fd, bytes] = streams[kind];
    writeSync(fd, bytes, first, second);
  } else if (kind === 'x') {
    process.exit(first ?? 1);
  }
}
