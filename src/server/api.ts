import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import { badParameter } from './bad-parameter.ts';
import type { FeedHub } from './feed-hub.ts';
import { bug } from './problem.ts';
import type { Ask } from './queries.ts';
import { json, refuse } from './reply.ts';
import type { Api } from './route.ts';
import { addFeed } from './routes/feed.ts';
import { addHealth, type HealthParts } from './routes/health.ts';
import { addLists } from './routes/lists.ts';
import { addRecordings, type ReadLog } from './routes/recordings.ts';
import { addReports } from './routes/reports.ts';

export interface ApiParts extends HealthParts {
  readonly ask: Ask;
  readonly log: ReadLog;
  readonly hub: FeedHub;
}

/** The HTTP interface: everything but the upgrades to WebSockets. */
export function createApi(parts: ApiParts): Api {
  const api = new OpenAPIHono<{ Bindings: HttpBindings }>({
    defaultHook: (checked) => (checked.success ? undefined : refuse(badParameter(checked.error))),
  });
  api.notFound(() =>
    refuse({ status: 404, code: 'not_found', message: 'there is nothing here; see /api/openapi.json' }),
  );
  api.onError(() => refuse(bug));
  addHealth(api, parts);
  addLists(api, parts);
  addReports(api, parts);
  addRecordings(api, parts);
  addFeed(api, parts);
  api.get('/api/openapi.json', () =>
    json(
      api.getOpenAPI31Document({
        openapi: '3.1.0',
        info: { title: 'Ridealong', version: parts.version },
        security: [{ token: [] }],
      }),
    ),
  );
  api.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  return api;
}
