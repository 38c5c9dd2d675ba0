import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { getRequestListener } from '@hono/node-server';
import type { FeedReader } from '../domain/feed.ts';
import { type ApiParts, createApi } from './api.ts';
import { FeedHub, type FeedLimits } from './feed-hub.ts';
import { LineHub } from './line-hub.ts';
import type { Problem } from './problem.ts';
import { ReplayHub, type ReplayParts } from './replay-hub.ts';
import { replaySockets } from './replay-sockets.ts';
import { createSockets, feedSockets } from './websocket.ts';

/** What answers who was admitted. A bundle of its own: most servers in wrappers are never asked anything. */
export interface Answering {
  readonly answer: RequestListener;
  upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): Promise<Problem | undefined>;
  /** Refuses who wants a WebSocket from now on. */
  refuseFurther(): void;
  /** Gives those who follow what was committed until now. */
  deliver(atMostMs: number): Promise<void>;
  /** Ends all WebSockets without a goodbye. */
  terminate(): void;
  close(): void;
}

export interface AnsweringParts extends Omit<ApiParts, 'startedAt' | 'hub' | 'replays'> {
  readonly startedAt: Date;
  readonly feed: FeedReader;
  readonly database: string;
  readonly startLines: () => Worker;
  readonly feedLimits?: FeedLimits | undefined;
  readonly replay: ReplayParts;
}

export function createAnswering(parts: AnsweringParts): Answering {
  const { feed, database, startLines, feedLimits, replay, ...others } = parts;
  const hub = new FeedHub(feed, database, new LineHub(startLines), feedLimits);
  const replays = new ReplayHub(replay);
  const sockets = createSockets([feedSockets(hub, others), replaySockets(replays)]);
  const api = createApi({ ...others, hub, replays });
  const answer = getRequestListener(api.fetch, { overrideGlobalObjects: false }) as RequestListener;
  return {
    answer,
    upgrade: (...upgrade) => sockets.upgrade(...upgrade),
    refuseFurther: () => sockets.refuseFurther(),
    deliver: (atMostMs) => hub.deliver(atMostMs),
    terminate: () => sockets.terminate(),
    close() {
      hub.close();
      replays.close();
    },
  };
}
