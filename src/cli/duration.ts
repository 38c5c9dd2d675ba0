const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const hourMs = 3_600_000;

/** Milliseconds of `2` (seconds), `2s`, `1.5s`, `500ms`, `1m`; undefined for anything else and beyond the longest. */
export function parseDuration(text: string, longestMs = hourMs): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) return undefined;
  const duration = Math.round(Number(match[1]) * (milliseconds[match[2] ?? 's'] ?? 0));
  return duration <= longestMs ? duration : undefined;
}
