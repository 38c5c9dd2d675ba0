/** `performance.now()` but for where it begins. */
export function millisecondsNow() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
