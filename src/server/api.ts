import type { HttpBindings } from '@hono/node-server';
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Stream } from '../domain/chunk.ts';
import type { Failure } from '../domain/failure.ts';
import type { Page } from '../domain/ports.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import * as answers from './answers.ts';
import { badParameter } from './bad-parameter.ts';
import { streamFeed } from './event-stream.ts';
import { type FeedHub, latestOf } from './feed-hub.ts';
import * as parameters from './parameters.ts';
import { bug, type Problem, problemBody, problemOf } from './problem.ts';
import type { Ask } from './queries.ts';

/** A part of a recording as it was asked for. */
export interface LogPart {
  readonly session: string;
  readonly stream: Stream;
  /** Offset of the first byte, and behind the last one. */
  readonly from: number;
  readonly to: number;
}

export interface ReadLog {
  /** The bytes from `from` to `to`, fewer where the recording ends, and how long it is. */
  readonly bytes: (
    part: LogPart,
  ) => Promise<Result<{ readonly bytes: Uint8Array; readonly recordedBytes: number }, Failure>>;
  /** Without escape sequences and whatever else does something to a terminal. */
  readonly text: (bytes: Uint8Array) => string;
}

export interface ApiParts {
  readonly version: string;
  readonly startedAt: Date;
  readonly ask: Ask;
  readonly log: ReadLog;
  readonly hub: FeedHub;
}

type Bindings = { Bindings: HttpBindings };

const defaultLimit = 100;
const dayMs = 24 * 3_600_000;

/** The HTTP interface: everything but the upgrades to WebSockets. */
export function createApi({ version, startedAt, ask, log, hub }: ApiParts): OpenAPIHono<Bindings> {
  const api = new OpenAPIHono<Bindings>({
    defaultHook: (checked) => (checked.success ? undefined : refuse(badParameter(checked.error))),
  });
  api.notFound(() =>
    refuse({ status: 404, code: 'not_found', message: 'there is nothing here; see /api/openapi.json' }),
  );
  api.onError(() => refuse(bug));

  api.openapi(route('/api/health', 'How the server is', answers.health), () => {
    const cursor = latestOf(hub);
    if (typeof cursor !== 'number') return refuse(cursor);
    const { subscribers } = hub;
    const answer: answers.Health = {
      status: 'ok',
      version,
      started_at: startedAt.toISOString(),
      pid: process.pid,
      cursor,
      subscribers,
    };
    return json(answer);
  });

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
    route('/api/query/session/{id}', 'What a session amounts to', answers.sessionSummary, {
      params: parameters.sessionParameters,
    }),
    async (context) => answered(await ask('summary', context.req.valid('param').id)),
  );

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

  api.openapi(
    route('/api/query/stats/agent/{name}', "What all of an agent's sessions amount to", answers.agentReport, {
      params: parameters.agentParameters,
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      return found(await ask('agentReport', name), `no session of ${name}`);
    },
  );

  api.openapi(
    route('/api/query/stats/pattern/{pattern}', 'What a pattern has found', answers.patternReport, {
      params: parameters.patternParameters,
    }),
    async (context) => {
      const { pattern } = context.req.valid('param');
      return found(await ask('patternReport', pattern), 'no event of this pattern');
    },
  );

  api.openapi(
    route('/api/sessions/{id}/log', 'A part of what was recorded, or its bytes with raw=true', answers.logAnswer, {
      params: parameters.sessionParameters,
      query: parameters.logQuery,
    }),
    async (context) => {
      const { id: session } = context.req.valid('param');
      const { stream = 'stdout', from = 0, to = Infinity, raw = false } = context.req.valid('query');
      if (to < from) return refuse({ status: 400, code: 'bad_parameter', message: 'to: is before from', field: 'to' });
      const part = { session, stream, from, to: Math.min(to, from + parameters.maxLogBytes) };
      const read = await log.bytes(part);
      if (!read.ok) return refuse(problemOf(read.failure));
      const { bytes, recordedBytes } = read.value;
      if (raw) return octets(bytes);
      const end = from + bytes.length;
      const answer: answers.LogAnswer = {
        session_id: session,
        stream,
        from,
        to: end,
        recorded_bytes: recordedBytes,
        text: log.text(bytes),
        next: end < recordedBytes ? end : null,
      };
      return json(answer);
    },
  );

  api.openapi(
    route('/api/sessions/{id}/screen', "What stands on a session's terminal, or stood there", answers.screenAnswer, {
      params: parameters.sessionParameters,
      query: parameters.screenQuery,
    }),
    async (context) => {
      const { at: ms } = context.req.valid('query');
      const { id: session } = context.req.valid('param');
      return answered(await ask('screen', { session, ...(ms !== undefined && { ms }) }));
    },
  );

  const stream = createRoute({
    method: 'get',
    path: '/api/stream',
    summary: 'The feed as server-sent events; Last-Event-ID goes on behind a cursor',
    request: { query: parameters.feedQuery },
    responses: {
      200: { description: 'One message per event', content: { 'text/event-stream': { schema: z.string() } } },
      default: problemResponse,
    },
  });
  api.openapi(stream, (context) => {
    const request = parameters.feedRequestOf(context.req.valid('query'));
    const lastId = context.req.header('last-event-id');
    // A browser that comes back sends the same address, and where it is now.
    const lastSeen = lastId === undefined ? ok(request.since) : cursorOf(lastId);
    if (!lastSeen.ok) return refuse(lastSeen.failure);
    const since = lastSeen.value ?? latestOf(hub);
    if (typeof since !== 'number') return refuse(since);
    if (hub.isFull) {
      return refuse({ status: 503, code: 'too_many_clients', message: 'too many follow the feed already' });
    }
    streamFeed(hub, request, since, context.env.outgoing);
    return sentAlready();
  });

  api.get('/api/openapi.json', () =>
    json(
      api.getOpenAPI31Document({
        openapi: '3.1.0',
        info: { title: 'Ridealong', version },
        security: [{ token: [] }],
      }),
    ),
  );
  api.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  return api;
}

const problemResponse = {
  description: 'Why not',
  content: { 'application/json': { schema: answers.problemAnswer } },
};

function route<Request extends RouteConfig['request']>(
  path: string,
  summary: string,
  schema: z.ZodType,
  request?: Request,
) {
  return createRoute({
    method: 'get' as const,
    path,
    summary,
    request: request as Request extends undefined ? object : Request,
    responses: { 200: { description: summary, content: { 'application/json': { schema } } }, default: problemResponse },
  });
}

function cursorOf(text: string): Result<number, Problem> {
  const isCursor = /^\d{1,15}$/.test(text);
  const message = 'Last-Event-ID: is not a cursor';
  return isCursor ? ok(Number(text)) : fail({ status: 400, code: 'bad_parameter', message, field: 'Last-Event-ID' });
}

/** `never`, because Hono would have each answer's type repeated to it. */
function json(body: object, status = 200): never {
  return Response.json(body, { status }) as never;
}

/** Tells `@hono/node-server` that the answer is on its way without it. */
function sentAlready(): Response {
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
}

function octets(bytes: Uint8Array): never {
  return new Response(Buffer.from(bytes), { headers: { 'content-type': 'application/octet-stream' } }) as never;
}

const refuse = (problem: Problem) => json(problemBody(problem), problem.status);

const answered = (answer: Result<object, Problem>) => (answer.ok ? json(answer.value) : refuse(answer.failure));

function found(answer: Result<object | undefined, Problem>, otherwise: string) {
  if (!answer.ok) return refuse(answer.failure);
  if (answer.value === undefined) return refuse({ status: 404, code: 'not_found', message: otherwise });
  return json(answer.value);
}

function page(answer: Result<Page<unknown>, Problem>) {
  if (answer.ok) {
    const { items, total, totalIsExact: total_is_exact, next } = answer.value;
    return json({ items, total, total_is_exact, next });
  }
  // Whatever else may be wrong was found out before.
  const isCursor = answer.failure.code === 'bad_parameter';
  return refuse({ ...answer.failure, ...(isCursor && { field: 'cursor' }) });
}
