import type { ServerResponse } from 'node:http';
import type { Sink } from './feed-hub.ts';

/** How long a client may take to read our goodbye. */
const closeTimeoutMs = 5_000;
/** After which a client that was cut off comes back. */
const reconnectMs = 1_000;

/** A stream of server-sent events; the id of each is its cursor. */
export interface EventStream {
  readonly sink: Sink;
  onDrained(call: () => void): void;
  onEnd(call: () => void): void;
}

export function openEventStream(response: ServerResponse): EventStream {
  // Nothing else can follow on this connection.
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
  response.write(`retry: ${reconnectMs}\n\n`);
  response.on('error', () => undefined);
  return {
    sink: createSink(response),
    onDrained: (call) => response.on('drain', call),
    onEnd: (call) => whenClosed(response, call),
  };
}

/** Calls it when the connection ends; at once where it has: who asked may be gone before the answer begins. */
export function whenClosed(response: ServerResponse, call: () => void): void {
  if (response.closed) call();
  else response.on('close', call);
}

/** Tells `@hono/node-server` that the answer is on its way without it. */
export function sentAlready(): Response {
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
}

function createSink(response: ServerResponse): Sink {
  const sendAll: Sink['sendAll'] = (messages) => {
    response.cork();
    for (const { cursor, json } of messages) {
      response.write(`id: ${cursor}\ndata: `);
      response.write(json);
      response.write('\n\n');
    }
    response.uncork();
  };
  return {
    send: (json, cursor) => sendAll([{ json, cursor }]),
    sendAll,
    get bufferedBytes() {
      return response.writableLength;
    },
    // Who is gone without a word is noticed by his not reading.
    probe: () => true,
    close() {
      response.end();
      const timer = setTimeout(() => response.destroy(), closeTimeoutMs);
      response.on('close', () => clearTimeout(timer));
    },
  };
}
