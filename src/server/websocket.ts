import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { fail, ok, type Result } from '../domain/result.ts';
import { subprotocol } from './access.ts';
import { badParameter } from './bad-parameter.ts';
import { type FeedHub, type OutgoingMessage, latestOf, type Sink, type Subscription } from './feed-hub.ts';
import { type FeedRequest, feedQuery, feedRequestOf, present } from './parameters.ts';
import { textFrames } from './text-frames.ts';
import { createCommandSocket } from './command-socket.ts';
import type { Problem } from './problem.ts';
import type { CommandParts } from './routes/commands.ts';

/** A longer message from a client ends its connection (1009). */
const maxPayloadBytes = 64 * 1024;
/** Who answers none of so many pings is gone. */
const maxUnansweredPings = 2;
/** How long a client may take to answer our goodbye, in milliseconds; the types of `ws` do not know of it yet. */
const closeOptions = { closeTimeout: 5_000 };

/** WebSockets, whatever is spoken over them. */
export interface Sockets {
  /** Answers an upgrade that was let in; a problem where it asks for what there is not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<Problem | undefined>;
  /** Lets nobody in any more, not even those who wait to be. */
  refuseFurther(): void;
  /** Ends all of them without any goodbye. */
  terminate(): void;
}

/** What is spoken over the WebSockets of some paths. */
export interface SocketRoute {
  readonly path: RegExp;
  /** Takes the connection over once it is there, or refuses it. `given` are the parameters of the query. */
  readonly accept: (
    path: Readonly<Record<string, string | undefined>>,
    given: Readonly<Record<string, string | string[]>>,
    request: IncomingMessage,
  ) => Result<Accepted, Problem> | Promise<Result<Accepted, Problem>>;
}

export type Accepted = (client: WebSocket, socket: Duplex) => void;

export function createSockets(routes: readonly SocketRoute[]): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    // Never the one with the token.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    ...closeOptions,
  });
  let isOver = false;
  return {
    async upgrade(request, socket, head) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      for (const { path, accept } of routes) {
        const found = path.exec(pathname);
        if (found === null) continue;
        const accepted = await accept(decodedGroups(found.groups), givenIn(searchParams), request);
        if (!accepted.ok) return accepted.failure;
        if (isOver) return { status: 503, code: 'closing', message: 'the server ends; ask the next one' };
        server.handleUpgrade(request, socket, head, (client) => {
          // What is wrong with a connection ends it: `close` follows.
          client.on('error', () => undefined);
          accepted.value(client, socket);
        });
        return undefined;
      }
      return { status: 404, code: 'not_found', message: 'there is no such WebSocket' };
    },
    refuseFurther: () => void (isOver = true),
    terminate() {
      for (const client of server.clients) client.terminate();
    },
  };
}

/** The feed: `/ws`, `/ws/agents/:agent`, `/ws/sessions/:session`. */
export function feedSockets(hub: FeedHub, parts: CommandParts): SocketRoute {
  return {
    path: /^\/ws(?:\/agents\/(?<agent>[^/]+)|\/sessions\/(?<session>[^/]+))?$/,
    accept(path, given, request) {
      const asked = requestOf(path, given);
      if (!asked.ok) return asked;
      const { since = latestOf(hub) } = asked.value;
      if (typeof since !== 'number') return fail(since);
      if (hub.isFull)
        return fail({ status: 503, code: 'too_many_clients', message: 'too many follow the feed already' });
      return ok((client, socket) => {
        const subscription = hub.subscribe(asked.value, since, createSink(client, socket));
        socket.on('drain', () => subscription.drained());
        client.on('close', () => subscription.end());
        const command = createCommandSocket(parts, request, (notice) => subscription.notify(notice));
        client.on('message', (data, isBinary) => answer(data, isBinary, subscription, command));
      });
    },
  };
}

function requestOf(
  path: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, string | string[]>>,
): Result<FeedRequest, Problem> {
  const ofPath = present(path);
  const twice = Object.keys(ofPath).find((name) => name in given);
  if (twice !== undefined) return fail(repeated(twice));
  const parsed = feedQuery.safeParse({ ...given, ...ofPath });
  return parsed.success ? ok(feedRequestOf(parsed.data)) : fail(badParameter(parsed.error));
}

/** A parameter that stands there more than once is refused later: its schema takes one. */
function givenIn(searchParams: URLSearchParams): Record<string, string | string[]> {
  const given: Record<string, string | string[]> = {};
  for (const key of new Set(searchParams.keys())) {
    const values = searchParams.getAll(key);
    given[key] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return given;
}

function decodedGroups(groups: Readonly<Record<string, string | undefined>> = {}): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, text && decoded(text)]));
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

/** What goes to many clients is framed once: a `send` for each message and client takes several times as long. */
const framed = new WeakMap<readonly OutgoingMessage[], Buffer>();

function framesOf(messages: readonly OutgoingMessage[]): Buffer {
  const known = framed.get(messages);
  if (known !== undefined) return known;
  const frames = textFrames(messages.map(({ json }) => json));
  framed.set(messages, frames);
  return frames;
}

/** A client's connection, to be sent to. */
export function createSink(client: WebSocket, socket: Duplex): Sink {
  let unanswered = 0;
  client.on('pong', () => (unanswered = 0));
  return {
    send: (json) => client.send(json, { binary: false }),
    sendAll(messages) {
      // `ws` sends nothing either once its connection closes.
      if (client.readyState === client.OPEN) socket.write(framesOf(messages));
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

function answer(
  data: RawData,
  isBinary: boolean,
  subscription: Subscription,
  command: (message: object) => void,
): void {
  const message = isBinary ? undefined : parsed((data as Buffer).toString());
  const type = message && 'type' in message ? message.type : undefined;
  if (type === 'ping') subscription.notify({ type: 'pong' });
  else if (message && type === 'command') command(message);
  else {
    subscription.notify({
      type: 'error',
      code: 'bad_message',
      message: 'a message is JSON with a type; there are ping and command',
    });
  }
}

function parsed(text: string): object | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
