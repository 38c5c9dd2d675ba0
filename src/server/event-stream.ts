import type { ServerResponse } from 'node:http';
import type { Cursor } from '../domain/feed.ts';
import type { FeedHub, Sink } from './feed-hub.ts';
import type { FeedRequest } from './parameters.ts';

/** How long a client may take to read our goodbye. */
const closeTimeoutMs = 5_000;
/** After which a client that was cut off comes back. */
const reconnectMs = 1_000;

/** The feed as server-sent events; the id of each is its cursor. */
export function streamFeed(hub: FeedHub, request: FeedRequest, since: Cursor, response: ServerResponse): void {
  // Nothing else can follow on this connection.
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
  response.write(`retry: ${reconnectMs}\n\n`);
  const subscription = hub.subscribe(request, since, createSink(response));
  response.on('drain', () => subscription.drained());
  response.on('close', () => subscription.end());
  response.on('error', () => undefined);
}

function createSink(response: ServerResponse): Sink {
  return {
    send(json, cursor) {
      response.cork();
      response.write(`id: ${cursor}\ndata: `);
      response.write(json);
      response.write('\n\n');
      response.uncork();
    },
    together(send) {
      response.cork();
      const outcome = send();
      response.uncork();
      return outcome;
    },
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
