/** What the agent prints: the n-th line of a stream, counted from 1. Each line with a number in it is one event. */
export function lineOf(stream, n) {
  if (stream === 'stderr') return `fatal: number ${n}\n`;
  return n % 20 === 0 ? `error: number ${n}\n` : `step ${n} of the plan, of which there is nothing to tell\n`;
}

/** The lines of which each must become one event. */
export const isEvent = (line) => /^(error|fatal): number \d+$/.test(line);

/** The beginning of all that the agent prints on a stream; it may be more than a string can hold. */
export function outputOf(stream, length) {
  const output = Buffer.allocUnsafe(length);
  for (let n = 1, at = 0; at < length; n += 1) at += output.write(lineOf(stream, n), at, 'latin1');
  return output;
}
