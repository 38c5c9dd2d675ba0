// npm run bench [-- TRIAL…] [--rounds N] [--smoke] [--json] [--save NAME] [--compare NAME]
//
// Runs the trials of bench/trials/, each in a process of its own, and prints one table. bench/README.md explains them.
import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './harness/processes.mjs';

const saved = join(root, 'build', 'bench');
const names = readdirSync(new URL('trials/', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));

const { values: options, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    save: { type: 'string' },
    compare: { type: 'string' },
  },
});
const unknown = chosen.filter((name) => !names.includes(name));
const rounds = Number(options.rounds ?? (options.smoke ? 1 : 7));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`bench: trials are ${names.join(', ')}; --rounds takes a whole number from 1`);
  process.exit(64);
}

if (options.smoke) process.env.BENCH_SMOKE = '1';
process.env.BENCH_ROUNDS = String(rounds);
const { comparison, table } = await import('./harness/report.mjs');

const rows = [];
for (const name of chosen.length > 0 ? chosen : names) {
  process.stderr.write(`${name} …\n`);
  rows.push(...(await inProcess(name)));
}
if (options.save !== undefined) {
  mkdirSync(saved, { recursive: true });
  writeFileSync(join(saved, `${options.save}.json`), `${JSON.stringify(rows)}\n`);
}
const before =
  options.compare === undefined ? undefined : JSON.parse(readFileSync(join(saved, `${options.compare}.json`), 'utf8'));
console.log(options.json ? JSON.stringify(rows) : before === undefined ? table(rows) : comparison(before, rows));
if (rows.some(({ broken }) => broken !== undefined)) process.exitCode = 1;

/** @returns the rows of a trial, and one that says so where it broke */
function inProcess(name) {
  const found = [];
  const child = fork(fileURLToPath(new URL(`trials/${name}.mjs`, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (row) => found.push({ trial: name, ...row }));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      const why =
        code === 0 ? (found.length === 0 ? 'it measured nothing' : undefined) : `ended with ${signal ?? code}`;
      if (why !== undefined) found.push({ trial: name, what: 'the trial', broken: why });
      resolve(found);
    });
  });
}
