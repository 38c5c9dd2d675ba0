#!/usr/bin/env node
// Waits for a line on its terminal, and tells when it goes on after a stop.
import { openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';

process.on('SIGCONT', () => writeSync(1, 'resumed\n'));
const terminal = new ReadStream(openSync('/dev/tty', 'r'));
writeSync(1, 'ready\n');
terminal.once('data', (line) => {
  writeSync(1, `line ${line}`);
  process.exit(5);
});
