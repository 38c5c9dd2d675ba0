import { median } from '../harness/statistics.mjs';

/** Growth by less is none: two runs of the same differ by as much. */
const tie = 0.15;

/**
 * The line through a curve's larger sizes in logarithms, by least squares: `time ~ n^slope`. The smaller half says little:
 * there, what is constant hides what grows.
 *
 * @param points `n` and `samples`, by growing n
 * @returns the slope, the n it holds from, and the value that the line has at an n
 */
export function growthOf(points) {
  const larger = points.slice(Math.min(Math.floor(points.length / 2), Math.max(0, points.length - 3)));
  const xs = larger.map(({ n }) => Math.log(n));
  const ys = larger.map(({ samples }) => Math.log(median(samples)));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const spread = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const slope = spread === 0 ? 0 : xs.reduce((sum, x, nth) => sum + (x - meanX) * (ys[nth] - meanY), 0) / spread;
  return { slope, from: larger[0].n, at: (n) => Math.exp(meanY + slope * (Math.log(n) - meanX)) };
}

/** What the slope means, where the work is n. */
export function nameOf(slope) {
  if (slope < -tie) return 'shrinks';
  if (slope <= tie) return 'constant';
  if (slope < 1 - tie) return 'grows slower than its work';
  return slope <= 1 + tie ? 'grows as its work' : 'grows faster than its work';
}
