import { fail, ok } from '../domain/result.ts';
import { badParameter } from './bad-parameter.ts';
import { replayQuery, replayRequestOf, sessionParameters } from './parameters.ts';
import { type ReplayHub, tooManyReplays } from './replay-hub.ts';
import { createSink, type SocketRoute } from './websocket.ts';

/** A session's replay with its controls: `/api/replay/session/:id`. */
export function replaySockets(hub: ReplayHub): SocketRoute {
  return {
    path: /^\/api\/replay\/session\/(?<id>[^/]+)$/,
    async accept(path, given) {
      const session = sessionParameters.safeParse(path);
      if (!session.success) return fail(badParameter(session.error));
      const query = replayQuery.safeParse(given);
      if (!query.success) return fail(badParameter(query.error));
      const head = await hub.head(session.data.id);
      if (!head.ok) return head;
      if (hub.isFull) return fail(tooManyReplays);
      return ok((client, socket) => {
        const replay = hub.open(head.value, replayRequestOf(query.data), createSink(client, socket), false);
        socket.on('drain', () => replay.drained());
        client.on('close', () => replay.end());
        client.on('message', (data, isBinary) => replay.command(isBinary ? '' : (data as Buffer).toString()));
      });
    },
  };
}
