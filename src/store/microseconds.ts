/**
 * Microseconds since the epoch of an ISO 8601 time; undefined where it is none.
 * `Date` knows milliseconds only, so the three digits behind them are read here.
 */
export function microseconds(time: string): number | undefined {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return undefined;
  const finer = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '';
  return milliseconds * 1000 + Number(finer.padEnd(3, '0'));
}
