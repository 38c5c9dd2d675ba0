import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { microseconds } from './microseconds.ts';

/** Microseconds since the epoch: from `sinceUs` on, until before `untilUs`. */
export interface TimeRange {
  readonly sinceUs: number;
  readonly untilUs: number;
}

/** The range that a filter asks for; undefined when it asks for none, a `usage` failure for what is not a time. */
export function timeRange(filter: { since?: string; until?: string }): Result<TimeRange | undefined, Failure> {
  if (filter.since === undefined && filter.until === undefined) return ok(undefined);
  const sinceUs = filter.since === undefined ? 0 : microseconds(filter.since);
  if (sinceUs === undefined) return fail(notATime(filter.since));
  const untilUs = filter.until === undefined ? Number.MAX_SAFE_INTEGER : microseconds(filter.until);
  if (untilUs === undefined) return fail(notATime(filter.until));
  return ok({ sinceUs, untilUs });
}

function notATime(text: string | undefined): Failure {
  return {
    reason: 'usage',
    message: `${JSON.stringify(text)} is not a time; write it as 2025-01-31 or 2025-01-31T12:00:00Z`,
  };
}
