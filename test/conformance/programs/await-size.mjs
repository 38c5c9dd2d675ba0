#!/usr/bin/env node
// await-size.mjs FD SIZE: at each SIGWINCH looks at the terminal's size, and ends when it is "ROWS COLUMNS".
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';

const [, , fd, wanted] = process.argv;
const size = () => execFileSync('stty', ['size'], { stdio: [Number(fd), 'pipe', 'inherit'] }).toString();
process.on('SIGWINCH', () => {
  if (size().trim() !== wanted) return;
  writeSync(1, size());
  process.exit(0);
});
writeSync(1, `ready ${size()}`);
setInterval(() => undefined, 1000);
