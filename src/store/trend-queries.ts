import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import {
  judged,
  mostBuckets,
  type Trend,
  type TrendBucket,
  type TrendFilter,
  type TrendGroup,
} from '../domain/trend.ts';
import type { TimeRange } from './time-range.ts';

/** So many trends are told, those with the greatest totals. */
const mostTrends = 100;

const widthsUs: Readonly<Record<TrendBucket, number>> = {
  hour: 3_600_000_000,
  day: 86_400_000_000,
  week: 604_800_000_000,
};
/** The epoch was a Thursday; this is the first Monday. */
const mondayUs = 345_600_000_000;

const groupColumns: Readonly<Record<TrendGroup, string>> = {
  agent: 'a.name',
  type: 'p.event_type',
  pattern: 'p.pattern',
};

const number = (name: string) =>
  `coalesce(iif(json_type(e.metadata_json, '$."${name}"') IN ('integer', 'real'), e.metadata_json ->> '$."${name}"', 0), 0)`;

/** What is counted, of the events `e`, and which of them. */
const metrics = {
  events: { value: 'count(*)', where: '1' },
  errors: { value: 'count(*)', where: "p.event_type = 'error'" },
  sessions: { value: 'count(DISTINCT e.session_key)', where: '1' },
  tokens: {
    value: `sum(${number('gen_ai.usage.input_tokens')} + ${number('gen_ai.usage.output_tokens')} + ${number('tokens')})`,
    where: "p.event_type = 'metric'",
  },
  cost: { value: `round(sum(${number('cost_usd')}), 9)`, where: "p.event_type = 'metric'" },
} as const;

type Counted = readonly [bucket: number, key: string | null, value: number];

/** The trends of a time, those with the greatest totals first. */
export function trendsIn(
  database: Database.Database,
  filter: TrendFilter,
  time: TimeRange | undefined,
): Result<readonly Trend[], Failure> {
  const { sinceUs, untilUs } = time ?? { sinceUs: 0, untilUs: 0 };
  const width = widthsUs[filter.bucket];
  const offset = filter.bucket === 'week' ? mondayUs : 0;
  const first = Math.floor((sinceUs - offset) / width);
  const behind = Math.ceil((untilUs - offset) / width);
  if (behind <= first) return ok([]);
  if (behind - first > mostBuckets) {
    const message = `from ${filter.since} to ${filter.until} there are more than ${mostBuckets} buckets; take wider ones`;
    return fail({ reason: 'usage', message });
  }
  const startOf = (bucket: number) => bucket * width + offset;
  const counted = database
    .prepare<[Record<string, string | number | null>], Counted>(countingSql(filter))
    .raw()
    .all({
      width,
      offset,
      agent: filter.agent ?? null,
      type: filter.type ?? null,
      pattern: filter.pattern ?? null,
      sinceUs: startOf(first),
      untilUs: startOf(behind),
    });
  const series = new Map<string | null, Map<number, number>>();
  for (const [bucket, key, value] of counted) {
    series.set(key, (series.get(key) ?? new Map<number, number>()).set(bucket, value));
  }
  const isOver = startOf(behind) <= Date.now() * 1000;
  const trends = [...series].map(([key, values]) => {
    const buckets = Array.from({ length: behind - first }, (_, nth) => ({
      start: new Date(startOf(first + nth) / 1000).toISOString(),
      value: values.get(first + nth) ?? 0,
    }));
    return { key, total: buckets.reduce((sum, { value }) => sum + value, 0), points: judged(buckets, isOver) };
  });
  return ok(trends.sort((one, other) => other.total - one.total).slice(0, mostTrends));
}

function countingSql({ metric, by, type, pattern }: TrendFilter): string {
  const isOfEvents = metric !== 'sessions' || by === 'type' || by === 'pattern' || (type ?? pattern) !== undefined;
  const { value, where } = metrics[metric];
  const counting = isOfEvents
    ? {
        time: 'e.time_us',
        value,
        where: `${where} AND (:type IS NULL OR p.event_type = :type) AND (:pattern IS NULL OR p.pattern = :pattern)`,
      }
    : { time: 's.started_us', value: 'count(*)', where: ':type IS NULL AND :pattern IS NULL' };
  const tables = isOfEvents
    ? 'events e JOIN sessions s ON s.key = e.session_key JOIN patterns p ON p.key = e.pattern_key'
    : 'sessions s';
  return `
    SELECT CAST((${counting.time} - CAST(:offset AS INTEGER)) / CAST(:width AS INTEGER) AS INTEGER) AS bucket,
      ${by === undefined ? 'NULL' : groupColumns[by]} AS key, ${counting.value} AS value
    FROM ${tables} JOIN agents a ON a.key = s.agent_key
    WHERE ${counting.time} >= :sinceUs AND ${counting.time} < :untilUs
      AND (:agent IS NULL OR a.name = :agent) AND ${counting.where}
    GROUP BY 1, 2`;
}
