#!/usr/bin/env node
// print-split.mjs TEXT: prints the text one byte per write.
import { writeSync } from 'node:fs';

for (const byte of Buffer.from(process.argv[2])) writeSync(1, Buffer.of(byte));
