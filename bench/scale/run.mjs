// npm run bench:scale [-- AXIS…] [--rounds N] [--smoke]
//
// Runs the axes of bench/scale/axes/, each in a process of its own, prints how the cost grows along them, and draws it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { asked } from '../harness/asked.mjs';
import { inProcess } from '../harness/in-process.mjs';
import { root } from '../harness/processes.mjs';
import { median } from '../harness/statistics.mjs';
import { growthOf, nameOf } from './growth.mjs';
import { plot } from './plot.mjs';

const { programs, options } = asked({ folder: new URL('axes/', import.meta.url), rounds: 3 });
/** One small pass is nothing to be shown. */
const plots = options.smoke ? join(root, 'build', 'bench') : fileURLToPath(new URL('plots/', import.meta.url));
mkdirSync(plots, { recursive: true });

const head = ['axis', 'what', 'from', 'to', 'slope', 'verdict'];
const table = new Table({ head, style: { head: [], border: [] } });
const short = (number) => Number(number.toPrecision(3)).toLocaleString('en');
for (const { name, file } of programs) {
  process.stderr.write(`${name} …\n`);
  const { told, broken } = await inProcess(file);
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
