#!/usr/bin/env node
// print-bytes.mjs COUNT: prints so many bytes, of all values, and ends at once.
import { writeSync } from 'node:fs';

const bytes = Buffer.alloc(Number(process.argv[2]));
let state = 2463534242;
for (let at = 0; at < bytes.length; at += 1) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  bytes[at] = state;
}
for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
process.exit();
