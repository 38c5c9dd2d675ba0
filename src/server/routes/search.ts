import * as answers from '../answers.ts';
import * as parameters from '../parameters.ts';
import type { Ask } from '../queries.ts';
import { json, refuse } from '../reply.ts';
import { type Api, route } from '../route.ts';
import { defaultLimit } from './lists.ts';

/** Full text over events, code blocks and recorded lines. */
export function addSearch(api: Api, { ask }: { readonly ask: Ask }): void {
  api.openapi(
    route('/api/query/search', 'Where words were printed, the best matches first', answers.searchPage, {
      query: parameters.searchQuery,
    }),
    async (context) => {
      const { q: query, from: since, to: until, limit = defaultLimit, ...rest } = context.req.valid('query');
      const found = await ask('search', { query, ...parameters.present({ ...rest, since, until }), limit });
      if (!found.ok) {
        const { code, message } = found.failure;
        // Whatever else may be wrong was found out before.
        const isQuery = code === 'bad_parameter';
        return refuse({ ...found.failure, ...(isQuery && { message: `q: ${message}`, field: 'q' }) });
      }
      const { items, total, totalIsExact: total_is_exact, next, lag } = found.value;
      return json({ items, total, total_is_exact, next, lag });
    },
  );
}
