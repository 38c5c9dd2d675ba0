import Table from 'cli-table3';
import { mannWhitney, median } from './statistics.mjs';
import { isSmoke } from './trial.mjs';

/** Differences below it are ties: two runs of the same on this kind of machine differ by as much. */
const tie = 0.15;

const plain = { style: { head: [], border: [] } };

/** One line per row: the figure with its spread, its baseline, their ratio, the target and a verdict. */
export function table(rows) {
  const printed = new Table({ head: ['trial', 'what', 'figure', 'baseline', 'ratio', 'target', 'verdict'], ...plain });
  for (const row of rows) {
    const { trial, what, baseline } = row;
    const why = row.skipped ?? row.broken;
    if (why !== undefined) {
      printed.push([trial, what, '', '', '', '', row.skipped === undefined ? `BROKEN: ${why}` : `skipped: ${why}`]);
      continue;
    }
    const ratio = ratioOf(row);
    printed.push([
      trial,
      what,
      spread(row.samples, row.unit),
      baseline === undefined ? '' : `${baseline.name} ${spread(baseline.samples, row.unit)}`,
      ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
      targetText(row),
      verdict(row),
    ]);
  }
  return printed.toString();
}

/** How the figures have changed since they were saved, and how likely that is chance. */
export function comparison(before, rows) {
  const printed = new Table({ head: ['trial', 'what', 'before', 'now', 'change', 'p', 'verdict'], ...plain });
  for (const row of rows) {
    const old = before.find(({ trial, what }) => trial === row.trial && what === row.what);
    if (row.samples === undefined || old?.samples === undefined) continue;
    // What the machine does to both is taken out, where there is something to take it out by.
    const scale = row.baseline && old.baseline ? median(old.baseline.samples) / median(row.baseline.samples) : 1;
    const now = row.samples.map((sample) => sample * scale);
    const change = median(now) / median(old.samples) - 1;
    const p = mannWhitney(old.samples, now);
    const isReal = p < 0.05 && Math.abs(change) >= tie;
    printed.push([
      row.trial,
      row.what,
      spread(old.samples, row.unit),
      spread(row.samples, row.unit),
      `${change >= 0 ? '+' : ''}${(100 * change).toFixed(0)} %`,
      p.toFixed(3),
      isReal ? 'changed' : 'tie',
    ]);
  }
  return printed.toString();
}

const ratioOf = ({ samples, baseline }) =>
  baseline === undefined ? undefined : median(samples) / median(baseline.samples);

function spread(samples, unit) {
  const numbers = samples.length === 1 ? [samples[0]] : [median(samples), Math.min(...samples), Math.max(...samples)];
  const [middle, least, most] = numbers.map(short);
  return least === undefined ? `${middle} ${unit}` : `${middle} (${least}–${most}) ${unit}`;
}

const short = (number) =>
  Math.abs(number) >= 100 ? Math.round(number).toLocaleString('en') : String(Number(number.toPrecision(3)));

function targetText({ target = {}, unit }) {
  if (target.ratioAtMost !== undefined) return `<= ${target.ratioAtMost}x`;
  if (target.ratioAtLeast !== undefined) return `>= ${target.ratioAtLeast}x`;
  if (target.atMost !== undefined) return `<= ${short(target.atMost)} ${unit}`;
  if (target.atLeast !== undefined) return `>= ${short(target.atLeast)} ${unit}`;
  return '';
}

/** A target of a ratio that is missed by less than a tie is as good as reached. */
function verdict(row) {
  // One small round tells nothing but that it works.
  if (isSmoke) return 'works';
  const { target = {}, samples } = row;
  const ratio = ratioOf(row);
  const middle = median(samples);
  const reached = (isReached, isClose = false) => (isReached ? 'reached' : isClose ? 'tie' : 'missed');
  if (target.ratioAtMost !== undefined)
    return reached(ratio <= target.ratioAtMost, ratio <= target.ratioAtMost * (1 + tie));
  if (target.ratioAtLeast !== undefined)
    return reached(ratio >= target.ratioAtLeast, ratio >= target.ratioAtLeast * (1 - tie));
  if (target.atMost !== undefined) return reached(middle <= target.atMost);
  if (target.atLeast !== undefined) return reached(middle >= target.atLeast);
  return '';
}
