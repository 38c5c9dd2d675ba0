/** How often each thing is measured, and whether only to see that the trial works. */
export const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
export const isSmoke = process.env.BENCH_SMOKE === '1';

/**
 * Hands a row of the table to `run.mjs`.
 *
 * @param row.what what was measured
 * @param row.unit `ms`, `MB/s`, `/s`, `MB`, …
 * @param row.samples the figure's samples; of `baseline.samples` those of `baseline.name`, measured in turn
 * @param row.target `{ ratioAtMost }` or `{ ratioAtLeast }` of the baseline, or `{ atMost }` or `{ atLeast }` in the unit
 * @param row.skipped why it was not measured
 */
export function tell(row) {
  if (process.send) process.send(row);
  else console.log(JSON.stringify(row));
}

/** What to say where a program for a baseline is missing. */
export const missing = (program) => `${program} is not installed`;
