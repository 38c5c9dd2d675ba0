import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { OptionSpecs } from './option-spec.ts';

/** Options that several reading commands have in common. */
export const readingOptions = {
  agent: { type: 'string', describe: 'Only of this agent' },
  since: { type: 'string', describe: 'Not before: 7d, 12h, 30m ago, or an ISO date or time' },
  until: { type: 'string', describe: 'Not after; as --since' },
  limit: { type: 'string', describe: 'At most so many, the newest (1 to 10000)' },
  json: { type: 'boolean', describe: 'Print one JSON document' },
} as const satisfies OptionSpecs;

export const sessionOperand = {
  usage: '<session>',
  describe: 'Its id, the beginning of it, @last, or @2 for the last but one',
} as const;

/** Milliseconds per unit of `7d`. */
const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** The time range of `--since` and `--until`, each as ISO 8601 in UTC. */
export function timeRange(
  options: { readonly since?: string; readonly until?: string },
  now: Date,
): Result<{ since?: string; until?: string }, Failure> {
  const range: { since?: string; until?: string } = {};
  for (const name of ['since', 'until'] as const) {
    const text = options[name];
    if (text === undefined) continue;
    const time = pointInTime(text, now);
    if (time === undefined) {
      return usage(`--${name} takes 7d, 12h, 30m, or an ISO date such as 2026-01-31, not "${text}"`);
    }
    range[name] = time.toISOString();
  }
  return ok(range);
}

function pointInTime(text: string, now: Date): Date | undefined {
  const ago = /^(\d{1,6})([dhms])$/.exec(text);
  if (ago !== null) {
    const time = new Date(now.getTime() - Number(ago[1]) * (units[ago[2] ?? ''] ?? 0));
    return time.getTime() >= 0 ? time : undefined;
  }
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?$/.test(text)) return undefined;
  // A day alone means its start where the user is, not in Greenwich.
  const time = new Date(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** The value of `--limit`. */
export function rowLimit(text: string | undefined, fallback: number): Result<number, Failure> {
  if (text === undefined) return ok(fallback);
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= 10_000
    ? ok(limit)
    : usage(`--limit takes a whole number from 1 to 10000, not "${text}"`);
}

/** The other options by which rows are chosen, without those that were not given. */
export function given<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
}

function usage(message: string) {
  return fail<Failure>({ reason: 'usage', message });
}
