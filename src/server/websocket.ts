import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { fail, ok, type Result } from '../domain/result.ts';
import { subprotocol } from './access.ts';
import { badParameter } from './bad-parameter.ts';
import { type FeedHub, latestOf, type Sink, type Subscription } from './feed-hub.ts';
import { type FeedRequest, feedQuery, feedRequestOf } from './parameters.ts';
import type { Problem } from './problem.ts';

/** A longer message from a client ends its connection (1009). */
const maxPayloadBytes = 64 * 1024;
/** Who answers none of so many pings is gone. */
const maxUnansweredPings = 2;
/** How long a client may take to answer our goodbye, in milliseconds; the types of `ws` do not know of it yet. */
const closeOptions = { closeTimeout: 5_000 };

/** The feed over WebSockets: `/ws`, `/ws/agents/:agent`, `/ws/sessions/:session`. */
export interface FeedSockets {
  /** Answers an upgrade that was let in; a problem where it asks for what there is not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Problem | undefined;
  /** Ends all of them without any goodbye. */
  terminate(): void;
}

export function createFeedSockets(hub: FeedHub): FeedSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    // Never the one with the token.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    ...closeOptions,
  });
  return {
    upgrade(request, socket, head) {
      const asked = requestOf(request.url ?? '/');
      if (!asked.ok) return asked.failure;
      const { since = latestOf(hub) } = asked.value;
      if (typeof since !== 'number') return since;
      if (hub.isFull) return { status: 503, code: 'too_many_clients', message: 'too many follow the feed already' };
      server.handleUpgrade(request, socket, head, (client) => {
        const sink = createSink(client, socket);
        const subscription = hub.subscribe(asked.value, since, sink);
        socket.on('drain', () => subscription.drained());
        client.on('close', () => subscription.end());
        // What is wrong with a connection ends it: `close` follows.
        client.on('error', () => undefined);
        client.on('message', (data, isBinary) => answer(data, isBinary, subscription));
      });
      return undefined;
    },
    terminate() {
      for (const client of server.clients) client.terminate();
    },
  };
}

function requestOf(url: string): Result<FeedRequest, Problem> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const path = /^\/ws(?:\/(?<list>agents|sessions)\/(?<name>[^/]+))?$/.exec(pathname);
  if (path === null) return fail({ status: 404, code: 'not_found', message: 'there is no such WebSocket' });
  const given: Record<string, string | string[]> = {};
  for (const key of new Set(searchParams.keys())) {
    const values = searchParams.getAll(key);
    given[key] = values.length === 1 ? (values[0] ?? '') : values;
  }
  const { list, name } = path.groups ?? {};
  if (list !== undefined && name !== undefined) {
    const member = list === 'agents' ? 'agent' : 'session';
    if (member in given) return fail(repeated(member));
    given[member] = decoded(name);
  }
  const parsed = feedQuery.safeParse(given);
  return parsed.success ? ok(feedRequestOf(parsed.data)) : fail(badParameter(parsed.error));
}

/** What is no percent-encoding stands for itself, and is refused as such. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const repeated = (field: string): Problem => ({
  status: 400,
  code: 'bad_parameter',
  message: `${field} stands in the path already`,
  field,
});

function createSink(client: WebSocket, socket: Duplex): Sink {
  let unanswered = 0;
  client.on('pong', () => (unanswered = 0));
  return {
    send: (json) => client.send(json, { binary: false }),
    together(send) {
      socket.cork();
      const outcome = send();
      socket.uncork();
      return outcome;
    },
    get bufferedBytes() {
      return client.bufferedAmount;
    },
    probe() {
      if (unanswered >= maxUnansweredPings) {
        client.terminate();
        return false;
      }
      unanswered += 1;
      client.ping();
      return true;
    },
    close: (code, reason) => client.close(code, reason),
  };
}

function answer(data: RawData, isBinary: boolean, subscription: Subscription): void {
  const type = isBinary ? undefined : typeOf((data as Buffer).toString());
  if (type === 'ping') subscription.notify({ type: 'pong' });
  else {
    subscription.notify({
      type: 'error',
      code: 'bad_message',
      message: 'a message is JSON with a type; there is only {"type":"ping"}',
    });
  }
}

function typeOf(text: string): unknown {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  } catch {
    return undefined;
  }
}
