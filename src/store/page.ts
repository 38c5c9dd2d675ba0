import type { Failure } from '../domain/failure.ts';
import { mostCounted, type Page } from '../domain/ports.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { microseconds } from './microseconds.ts';

/** The last row of a page, by what rows are ordered by: its time, in microseconds since the epoch, and its id. */
export interface Place {
  readonly timeUs: number;
  readonly id: number;
}

/** The place that a page's cursor names; undefined where there is none. */
export function placeOf(cursor: string | undefined): Result<Place | undefined, Failure> {
  if (cursor === undefined) return ok(undefined);
  const [, timeUs, id] = /^(\d{1,16})-(\d{1,16})$/.exec(cursor) ?? [];
  if (timeUs === undefined || id === undefined) {
    return fail({ reason: 'usage', message: `${JSON.stringify(cursor)} is not a cursor: take \`next\` of a page` });
  }
  return ok({ timeUs: Number(timeUs), id: Number(id) });
}

/**
 * The page of these rows.
 *
 * @param rows one more than `limit` where there are more
 * @param timeOf the ISO 8601 time that the rows are ordered by
 * @param count how many pass on all pages, counted up to one more than `mostCounted` unless that is free
 */
export function pageOf<Row extends { readonly id: number }>(
  rows: readonly Row[],
  limit: number,
  timeOf: (row: Row) => string,
  count: { readonly total: number; readonly isFree?: boolean },
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  const isExact = count.isFree === true || count.total <= mostCounted;
  return {
    items,
    total: isExact ? count.total : mostCounted,
    totalIsExact: isExact,
    next: hasMore ? `${microseconds(timeOf(last)) ?? 0}-${last.id}` : null,
  };
}
