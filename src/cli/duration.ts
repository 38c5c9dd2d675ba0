const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const hourMs = 3_600_000;

/** Milliseconds of `2` (seconds), `2s`, `1.5s`, `500ms`, `1m30s`; undefined for anything else and beyond the longest. */
export function parseDuration(text: string, longestMs = hourMs): number | undefined {
  if (!/^\d+(?:\.\d+)?$|^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let duration = 0;
  for (const [, number, unit = 's'] of text.matchAll(/([\d.]+)(ms|s|m|h)?/g)) {
    duration += Number(number) * (milliseconds[unit] ?? 0);
  }
  return duration <= longestMs ? Math.round(duration) : undefined;
}
