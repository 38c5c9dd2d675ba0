import { z } from '@hono/zod-openapi';
import { advancedQuery } from '../advanced-schema.ts';
import * as answers from '../answers.ts';
import type { Ask } from '../queries.ts';
import { page } from '../reply.ts';
import { type Api, postRoute } from '../route.ts';

const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()])).openapi('AnswerRow');

/** Queries that a program puts together itself. */
export function addAdvanced(api: Api, { ask }: { readonly ask: Ask }): void {
  api.openapi(
    postRoute('/api/query/advanced', 'Rows that pass, or groups of them', answers.pageOf(row), advancedQuery),
    async (context) => page(await ask('advanced', context.req.valid('json'))),
  );
}
