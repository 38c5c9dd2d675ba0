import { createRoute, z } from '@hono/zod-openapi';
import { openEventStream, sentAlready } from '../event-stream.ts';
import * as parameters from '../parameters.ts';
import { type ReplayHub, tooManyReplays } from '../replay-hub.ts';
import { refuse } from '../reply.ts';
import { type Api, problemResponse } from '../route.ts';

const replay = createRoute({
  method: 'get',
  path: '/api/replay/session/{id}',
  summary: 'A session with its original timing, as server-sent events; the same path takes WebSockets, with controls',
  request: { params: parameters.sessionParameters, query: parameters.replayQuery },
  responses: {
    200: { description: 'One message per moment', content: { 'text/event-stream': { schema: z.string() } } },
    204: { description: 'It was replayed to its end already' },
    default: problemResponse,
  },
});

/** Replays for those who speak no WebSockets. */
export function addReplay(api: Api, { replays }: { readonly replays: ReplayHub }): void {
  api.openapi(replay, async (context) => {
    const head = await replays.head(context.req.valid('param').id);
    if (!head.ok) return refuse(head.failure);
    const request = parameters.replayRequestOf(context.req.valid('query'));
    // A browser that comes back tells up to which time it has seen it; one that has seen all of it need not.
    const lastId = context.req.header('last-event-id') ?? '';
    const seenUs = /^\d{1,15}$/.test(lastId) ? Number(lastId) : undefined;
    if (seenUs !== undefined && seenUs >= head.value.durationUs) return new Response(null, { status: 204 });
    if (replays.isFull) return refuse(tooManyReplays);
    const from = seenUs === undefined ? request.from : { timeUs: seenUs };
    const stream = openEventStream(context.env.outgoing);
    const running = replays.open(head.value, { ...request, ...(from && { from }) }, stream.sink, true);
    stream.onDrained(() => running.drained());
    stream.onEnd(() => running.end());
    return sentAlready();
  });
}
