// npm run bench [-- TRIAL…] [--rounds N] [--smoke] [--json] [--save NAME] [--compare NAME]
//
// Runs the trials of bench/trials/, each in a process of its own, and prints one table. bench/README.md explains them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asked } from './harness/asked.mjs';
import { inProcess } from './harness/in-process.mjs';
import { root } from './harness/processes.mjs';

const saved = join(root, 'build', 'bench');
const { programs, options } = asked({
  folder: new URL('trials/', import.meta.url),
  rounds: 7,
  options: { json: { type: 'boolean', default: false }, save: { type: 'string' }, compare: { type: 'string' } },
});
const before = options.compare === undefined ? undefined : savedAs(options.compare);
const { comparison, table } = await import('./harness/report.mjs');

const rows = [];
for (const { name, file } of programs) {
  process.stderr.write(`${name} … `);
  const startMs = performance.now();
  const { told, broken } = await inProcess(file);
  rows.push(...told.map((row) => ({ trial: name, ...row })));
  if (broken !== undefined) rows.push({ trial: name, what: 'the trial', broken });
  process.stderr.write(`${Math.round((performance.now() - startMs) / 1000)} s\n`);
}
if (options.save !== undefined) {
  mkdirSync(saved, { recursive: true });
  writeFileSync(join(saved, `${options.save}.json`), `${JSON.stringify(rows)}\n`);
}
console.log(options.json ? JSON.stringify(rows) : before === undefined ? table(rows) : comparison(before, rows));
if (rows.some(({ broken }) => broken !== undefined)) process.exitCode = 1;

/** Read before anything is run: that takes minutes. */
function savedAs(name) {
  const file = join(saved, `${name}.json`);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`bench: nothing was saved as ${name}: ${error.message}`);
    process.exit(64);
  }
}
