import { median } from '../harness/statistics.mjs';
import { growthOf } from './growth.mjs';

const width = 640;
const height = 360;
const frame = { left: 64, right: 40, top: 16, bottom: 48 };
/** Readable on white and on black, as is the grey of the words: a picture does not learn which of them it is on. */
const colours = ['#0a7cff', '#e8590c', '#2b8a3e', '#ae3ec9'];

/** Curves of one axis as a picture, both scales logarithmic: the points, the line through the larger ones, their names. */
export function plot(axis, curves) {
  const ns = curves.flatMap(({ points }) => points.map(({ n }) => n));
  const values = curves.flatMap(({ points }) => points.map(({ samples }) => median(samples)));
  const x = scale(decades(ns), frame.left, width - frame.right);
  const top = frame.top + 18 * curves.length;
  const y = scale(decades(values), height - frame.bottom, top);
  const parts = [
    ...decades(ns).map((n) => line(x(n), top, x(n), height - frame.bottom, 'class="grid"')),
    ...decades(ns).map((n) => text(x(n), height - frame.bottom + 18, short(n), 'middle')),
    ...decades(values).map((value) => line(frame.left, y(value), width - frame.right, y(value), 'class="grid"')),
    ...decades(values).map((value) => text(frame.left - 8, y(value) + 4, short(value), 'end')),
    text((frame.left + width - frame.right) / 2, height - 8, axis, 'middle'),
    ...curves.flatMap((curve, nth) => drawn(curve, nth, x, y)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>
text { font: 12px sans-serif; fill: #768390; }
.grid { stroke: #8b949e; stroke-opacity: 0.4; }
</style>
${parts.join('\n')}
</svg>
`;
}

function drawn({ what, unit, points }, nth, x, y) {
  const colour = colours[nth % colours.length];
  const { slope, from, at } = growthOf(points);
  const last = points.at(-1).n;
  const legendY = frame.top + 18 * nth;
  return [
    ...points.map(({ n, samples }) => dot(x(n), y(median(samples)), colour)),
    line(x(from), y(at(from)), x(last), y(at(last)), `stroke="${colour}" stroke-width="2"`),
    dot(frame.left + 4, legendY - 4, colour),
    text(frame.left + 14, legendY, `${what}, ${unit}: n^${slope.toFixed(2)}`, 'start'),
  ];
}

/** The powers of ten that enclose the values, two at least. */
function decades(values) {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, nth) => 10 ** (first + nth));
}

function scale(ticks, from, to) {
  const [low, high] = [Math.log(ticks[0]), Math.log(ticks.at(-1))];
  return (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from);
}

const tenth = (place) => String(Math.round(place * 10) / 10);

const line = (x1, y1, x2, y2, look) =>
  `<line x1="${tenth(x1)}" y1="${tenth(y1)}" x2="${tenth(x2)}" y2="${tenth(y2)}" ${look}/>`;

const dot = (x, y, colour) => `<circle cx="${tenth(x)}" cy="${tenth(y)}" r="3.5" fill="${colour}"/>`;

const text = (x, y, words, anchor) =>
  `<text x="${tenth(x)}" y="${tenth(y)}" text-anchor="${anchor}">${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;

function short(power) {
  for (const [unit, name] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ]) {
    if (power >= unit) return `${Math.round(power / unit)}${name}`;
  }
  return String(Number(power.toPrecision(1)));
}
