// npm run bench:scale [-- AXIS…] [--rounds N] [--smoke]
//
// Runs the axes of bench/scale/axes/, each in a process of its own, prints how the cost grows along them, and draws it.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { inProcess } from '../harness/in-process.mjs';
import { root } from '../harness/processes.mjs';
import { median } from '../harness/statistics.mjs';
import { growthOf, nameOf } from './growth.mjs';
import { plot } from './plot.mjs';

const names = readdirSync(new URL('axes/', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
const { values: options, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, smoke: { type: 'boolean', default: false } },
});
const unknown = chosen.filter((name) => !names.includes(name));
const rounds = Number(options.rounds ?? (options.smoke ? 1 : 3));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`bench: axes are ${names.join(', ')}; --rounds takes a whole number from 1`);
  process.exit(64);
}

if (options.smoke) process.env.BENCH_SMOKE = '1';
process.env.BENCH_ROUNDS = String(rounds);
/** One small pass is nothing to be shown. */
const plots = options.smoke ? join(root, 'build', 'bench') : fileURLToPath(new URL('plots/', import.meta.url));
mkdirSync(plots, { recursive: true });

const head = ['axis', 'what', 'from', 'to', 'slope', 'verdict'];
const table = new Table({ head, style: { head: [], border: [] } });
const short = (number) => Number(number.toPrecision(3)).toLocaleString('en');
for (const name of chosen.length > 0 ? chosen : names) {
  process.stderr.write(`${name} …\n`);
  const { told, broken } = await inProcess(fileURLToPath(new URL(`axes/${name}.mjs`, import.meta.url)));
  for (const { what, unit, points, skipped } of told) {
    if (skipped !== undefined) {
      table.push([name, what, '', '', '', `skipped: ${skipped}`]);
      continue;
    }
    const place = ({ n, samples }) => `${short(n)}: ${short(median(samples))} ${unit}`;
    const { slope } = growthOf(points);
    const verdict = options.smoke ? 'works' : nameOf(slope);
    table.push([name, what, place(points[0]), place(points.at(-1)), slope.toFixed(2), verdict]);
  }
  if (broken !== undefined) {
    table.push([name, 'the axis', '', '', '', `BROKEN: ${broken}`]);
    process.exitCode = 1;
    continue;
  }
  const curves = told.filter(({ points }) => points !== undefined);
  if (curves.length > 0) writeFileSync(join(plots, `${name}.svg`), plot(curves[0].axis, curves));
}
console.log(table.toString());
