import { rounds, tell } from '../harness/trial.mjs';

/**
 * Measures at each size, smallest first, round after round; and hands a curve of each figure to `run.mjs`.
 *
 * @param axis what n is
 * @param sizes the n, growing
 * @param figures by the name that `measure` gives each figure, `what` it is and its `unit`
 * @param measure gives the figures of one size, by name
 */
export async function along(axis, sizes, figures, measure) {
  const curves = Object.entries(figures).map(([name, told]) => ({
    name,
    curve: { axis, ...told, points: sizes.map((n) => ({ n, samples: [] })) },
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [nth, n] of sizes.entries()) {
      const measured = await measure(n);
      for (const { name, curve } of curves) curve.points[nth].samples.push(measured[name]);
    }
  }
  for (const { curve } of curves) tell(curve);
}
