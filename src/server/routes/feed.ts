import { createRoute, z } from '@hono/zod-openapi';
import { fail, ok, type Result } from '../../domain/result.ts';
import { openEventStream, sentAlready } from '../event-stream.ts';
import { type FeedHub, latestOf } from '../feed-hub.ts';
import * as parameters from '../parameters.ts';
import type { Problem } from '../problem.ts';
import { refuse } from '../reply.ts';
import { type Api, problemResponse } from '../route.ts';

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

/** The feed for those who speak no WebSockets. */
export function addFeed(api: Api, { hub }: { readonly hub: FeedHub }): void {
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
    const stream = openEventStream(context.env.outgoing);
    const subscription = hub.subscribe(request, since, stream.sink);
    stream.onDrained(() => subscription.drained());
    stream.onEnd(() => subscription.end());
    return sentAlready();
  });
}

function cursorOf(text: string): Result<number, Problem> {
  const isCursor = /^\d{1,15}$/.test(text);
  const message = 'Last-Event-ID: is not a cursor';
  return isCursor ? ok(Number(text)) : fail({ status: 400, code: 'bad_parameter', message, field: 'Last-Event-ID' });
}
