import * as answers from '../answers.ts';
import * as parameters from '../parameters.ts';
import type { Ask } from '../queries.ts';
import { json, refuse } from '../reply.ts';
import { type Api, route } from '../route.ts';

/** How many buckets there are when nobody says from when on. */
const bucketsShown = 30;
const bucketMs = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** How counts develop, and where they leave what is usual. */
export function addTrends(api: Api, { ask }: { readonly ask: Ask }): void {
  api.openapi(
    route(
      '/api/query/trends',
      'Counts per hour, day or week; an anomaly is more than two standard deviations from the mean of those before it',
      answers.listOf(answers.trend),
      { query: parameters.trendsQuery },
    ),
    async (context) => {
      const { from, to, metric = 'events', bucket = 'day', ...rest } = context.req.valid('query');
      const until = to ?? new Date().toISOString();
      const since = from ?? new Date(Date.parse(until) - (bucketsShown - 1) * bucketMs[bucket]).toISOString();
      const found = await ask('trends', { ...parameters.present(rest), metric, bucket, since, until });
      if (found.ok) return json({ items: found.value, total: found.value.length, next: null });
      const isRange = found.failure.code === 'bad_parameter';
      return refuse({ ...found.failure, ...(isRange && { field: 'from' }) });
    },
  );
}
