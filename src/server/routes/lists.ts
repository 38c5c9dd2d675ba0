import * as answers from '../answers.ts';
import * as parameters from '../parameters.ts';
import type { Ask } from '../queries.ts';
import { json, page, refuse } from '../reply.ts';
import { type Api, route } from '../route.ts';

export const defaultLimit = 100;
const dayMs = 24 * 3_600_000;

/** Agents, sessions, events, code blocks and a line of time, page by page. */
export function addLists(api: Api, { ask }: { readonly ask: Ask }): void {
  api.openapi(route('/api/agents', 'Agents with their counts', answers.listOf(answers.agentRow)), async () => {
    const found = await ask('statisticsByAgent', undefined);
    return found.ok ? json({ items: found.value, total: found.value.length, next: null }) : refuse(found.failure);
  });

  for (const path of ['/api/sessions', '/api/query/sessions']) {
    const answer = answers.pageOf(answers.sessionRow);
    const sessions = route(path, 'Sessions, the newest first', answer, { query: parameters.sessionsQuery });
    api.openapi(sessions, async (context) => {
      const { days, limit = defaultLimit, ...rest } = context.req.valid('query');
      const since = days === undefined ? undefined : new Date(Date.now() - days * dayMs).toISOString();
      return page(await ask('sessionPage', { ...parameters.present({ ...rest, since }), limit }));
    });
  }

  api.openapi(
    route('/api/query/extractions', 'Events, the newest first', answers.pageOf(answers.eventRow), {
      query: parameters.eventsQuery,
    }),
    async (context) => {
      const { from: since, to: until, limit = defaultLimit, ...rest } = context.req.valid('query');
      return page(await ask('eventPage', { ...parameters.present({ ...rest, since, until }), limit }));
    },
  );

  api.openapi(
    route('/api/query/code-blocks', 'Code blocks, the newest first', answers.pageOf(answers.codeBlockRow), {
      query: parameters.codeBlocksQuery,
    }),
    async (context) => {
      const { limit = defaultLimit, ...rest } = context.req.valid('query');
      return page(await ask('codeBlockPage', { ...parameters.present(rest), limit }));
    },
  );

  api.openapi(
    route('/api/query/timeline', 'Sessions that ran within a time', answers.pageOf(answers.timelineRow), {
      query: parameters.timelineQuery,
    }),
    async (context) => {
      const { from: since, to: until, limit = defaultLimit, ...rest } = context.req.valid('query');
      return page(await ask('timelinePage', { ...parameters.present({ ...rest, since, until }), limit }));
    },
  );
}
