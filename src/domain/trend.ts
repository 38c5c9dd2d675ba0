import type { EventType } from './pattern.ts';

/** What is counted, or summed up. Tokens are input, output, and those that an agent tells as one number. */
export const trendMetrics = ['events', 'errors', 'sessions', 'tokens', 'cost'] as const;
export type TrendMetric = (typeof trendMetrics)[number];

export const trendBuckets = ['hour', 'day', 'week'] as const;
export type TrendBucket = (typeof trendBuckets)[number];

export const trendGroups = ['agent', 'type', 'pattern'] as const;
export type TrendGroup = (typeof trendGroups)[number];

/** How many buckets there may be from `since` to `until`. */
export const mostBuckets = 1_000;

export interface TrendFilter {
  readonly metric: TrendMetric;
  readonly bucket: TrendBucket;
  /** One trend for each of these; else one for all. */
  readonly by?: TrendGroup;
  readonly agent?: string;
  readonly type?: EventType;
  readonly pattern?: string;
  /** ISO 8601; the bucket that it is in is the first one. */
  readonly since: string;
  /** ISO 8601; the bucket that ends with it, or that it is in, is the last one. */
  readonly until: string;
}

export interface TrendPoint {
  /** When the bucket begins, UTC. Weeks begin on Mondays. */
  readonly start: string;
  readonly value: number;
  /** Of the buckets before it, from the first on in which there was something; null where these are less than three. */
  readonly mean: number | null;
  /** Their standard deviation. */
  readonly deviation: number | null;
  /**
   * Whether the value is further than two deviations from the mean. A bucket that is not over yet can only be too high.
   */
  readonly anomaly: boolean;
}

export interface Trend {
  /** The agent, type or pattern; null where it is one trend for all. */
  readonly key: string | null;
  readonly total: number;
  readonly points: readonly TrendPoint[];
}

/** How many buckets must be before one that is judged. */
const fewestBefore = 3;
const sigmas = 2;

/** @param isOver whether the last bucket is over */
export function judged(buckets: readonly { start: string; value: number }[], isOver: boolean): TrendPoint[] {
  let count = 0;
  let sum = 0;
  let squares = 0;
  return buckets.map(({ start, value }, nth) => {
    const isKnown = count >= fewestBefore;
    const mean = isKnown ? sum / count : null;
    // What rounding makes of equal values must not become less than nothing.
    const deviation = mean === null ? null : Math.sqrt(Math.max(0, squares / count - mean * mean));
    const difference = mean === null ? 0 : value - mean;
    const isPartial = nth === buckets.length - 1 && !isOver;
    const slack = 1e-9 * Math.abs(mean ?? 0);
    const isFar = deviation !== null && Math.abs(difference) > sigmas * deviation + slack;
    if (count > 0 || value !== 0) {
      count += 1;
      sum += value;
      squares += value * value;
    }
    return { start, value, mean, deviation, anomaly: isFar && (difference > 0 || !isPartial) };
  });
}
