import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { bodyLimit } from 'hono/body-limit';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { badParameter } from './bad-parameter.ts';
import type { FeedHub } from './feed-hub.ts';
import { badJson, bug, notJson, type Problem, problemBody } from './problem.ts';
import type { Ask } from './queries.ts';
import type { ReplayHub } from './replay-hub.ts';
import { json, refuse } from './reply.ts';
import type { Api } from './route.ts';
import { addAdvanced } from './routes/advanced.ts';
import { addCommands, type CommandParts } from './routes/commands.ts';
import { addExports, type StartExport } from './routes/exports.ts';
import { addFeed } from './routes/feed.ts';
import { addHealth, type HealthParts } from './routes/health.ts';
import { addLists } from './routes/lists.ts';
import { addRecordings, type ReadLog } from './routes/recordings.ts';
import { addReplay } from './routes/replay.ts';
import { addReports } from './routes/reports.ts';
import { addSearch } from './routes/search.ts';
import { addTickets, type TicketParts } from './routes/tickets.ts';
import { addTrends } from './routes/trends.ts';

export interface ApiParts extends HealthParts, CommandParts, TicketParts {
  readonly ask: Ask;
  readonly log: ReadLog;
  readonly hub: FeedHub;
  readonly replays: ReplayHub;
  readonly startExport: StartExport;
}

const maxBodyBytes = 64 * 1024;

const tooLarge: Problem = { status: 413, code: 'too_large', message: 'a body may have 64 KiB' };
const wrongMethod: Problem = { status: 405, code: 'method_not_allowed', message: 'this path takes another method' };

/** The HTTP interface: everything but the upgrades to WebSockets. */
export function createApi(parts: ApiParts): Api {
  const api = new OpenAPIHono<{ Bindings: HttpBindings }>({
    defaultHook: (checked) => (checked.success ? undefined : refuse(badParameter(checked.error))),
  });
  api.notFound(() =>
    refuse({ status: 404, code: 'not_found', message: 'there is nothing here; see /api/openapi.json' }),
  );
  api.onError((error) => refuse(problemOfError(error)));
  const onMethodNotAllowed = (_context: unknown, allowed: readonly string[]) =>
    json(problemBody(wrongMethod), wrongMethod.status, { allow: allowed.filter((name) => name !== 'HEAD').join(', ') });
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed }));
  api.use(bodyLimit({ maxSize: maxBodyBytes, onError: () => refuse(tooLarge) }));
  addHealth(api, parts);
  addLists(api, parts);
  addReports(api, parts);
  addSearch(api, parts);
  addAdvanced(api, parts);
  addTrends(api, parts);
  addRecordings(api, parts);
  addFeed(api, parts);
  addCommands(api, parts);
  addTickets(api, parts);
  addReplay(api, parts);
  addExports(api, parts);
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

/** What Hono throws of itself is about the body: all else was checked before. */
function problemOfError(error: Error): Problem {
  if (!(error instanceof HTTPException)) return bug;
  return error.status === 415 ? notJson : error.status === 400 ? badJson : bug;
}
