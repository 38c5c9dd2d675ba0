#!/usr/bin/env node
// Reads its stdin bit by bit, with time between, and prints how much it was and its digest.
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const hash = createHash('sha256');
const buffer = Buffer.alloc(4096);
let total = 0;
for (;;) {
  await pause(5);
  const count = readSync(0, buffer);
  if (count === 0) break;
  total += count;
  hash.update(buffer.subarray(0, count));
}
process.stdout.write(`${total} ${hash.digest('hex')}\n`);
