/**
 * How long what the child wrote to stdout was on its way, in ms: from before each write until our reader had its last
 * byte. A child that must wait writes less meanwhile; what it could not write counts as late as it would have been.
 *
 * @param everyMs how often it writes when it need not wait
 * @param window only writes that began between `fromMs` and `toMs`
 */
export function delaysOf({ writes }, arrivals, everyMs, { fromMs, toMs }) {
  const delays = [];
  let next = 0;
  for (const { stream, end, startMs, endMs } of writes) {
    if (stream !== 'stdout' || startMs < fromMs || startMs > toMs) continue;
    while (next < arrivals.length && arrivals[next].bytes < end) next += 1;
    // A wrapper that was killed passes nothing on.
    if (next === arrivals.length) break;
    delays.push(arrivals[next].atMs - startMs);
    for (let waitedMs = endMs - startMs - everyMs; waitedMs > 0; waitedMs -= everyMs) delays.push(waitedMs);
  }
  return delays;
}
