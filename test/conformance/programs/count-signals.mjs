#!/usr/bin/env node
// count-signals.mjs FENCE: tells each signal that comes; at FENCE, how often each one came, and ends.
import { writeSync } from 'node:fs';

const [, , fence] = process.argv;
const counts = {};
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGQUIT', 'SIGCONT', 'SIGTSTP']) {
  process.on(signal, () => {
    counts[signal] = (counts[signal] ?? 0) + 1;
    writeSync(1, `got ${signal}\n`);
    if (signal !== fence) return;
    writeSync(1, `${JSON.stringify(counts)}\n`);
    process.exit(0);
  });
}
writeSync(1, 'ready\n');
setInterval(() => undefined, 1000);
