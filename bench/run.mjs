// npm run bench [-- TRIAL…] [--rounds N] [--smoke] [--json] [--save NAME] [--compare NAME]
//
// Runs the trials of bench/trials/, each in a process of its own, and prints one table. bench/README.md explains them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inProcess } from './harness/in-process.mjs';
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
  process.stderr.write(`${name} … `);
  const startMs = performance.now();
  const { told, broken } = await inProcess(fileURLToPath(new URL(`trials/${name}.mjs`, import.meta.url)));
  rows.push(...told.map((row) => ({ trial: name, ...row })));
  if (broken !== undefined) rows.push({ trial: name, what: 'the trial', broken });
  process.stderr.write(`${Math.round((performance.now() - startMs) / 1000)} s\n`);
}
if (options.save !== undefined) {
  mkdirSync(saved, { recursive: true });
  writeFileSync(join(saved, `${options.save}.json`), `${JSON.stringify(rows)}\n`);
}
const before =
  options.compare === undefined ? undefined : JSON.parse(readFileSync(join(saved, `${options.compare}.json`), 'utf8'));
console.log(options.json ? JSON.stringify(rows) : before === undefined ? table(rows) : comparison(before, rows));
if (rows.some(({ broken }) => broken !== undefined)) process.exitCode = 1;
