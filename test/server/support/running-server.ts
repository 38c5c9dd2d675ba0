import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Paths } from '../../../src/domain/config.ts';
import type { EventStore } from '../../../src/domain/ports.ts';
import { ok } from '../../../src/domain/result.ts';
import type { Tokens } from '../../../src/server/access.ts';
import { openSearch } from '../../../src/open-search.ts';
import { processClock } from '../../../src/replay/process-clock.ts';
import { startReplay } from '../../../src/replay/start-replay.ts';
import { type FeedLimits, feedLimits } from '../../../src/server/feed-hub.ts';
import { problemOf } from '../../../src/server/problem.ts';
import type { Ask } from '../../../src/server/queries.ts';
import { type RunningServer, type ServerParts, startServer } from '../../../src/server/server.ts';
import { openFeed } from '../../../src/store/open-feed.ts';
import { openReader } from '../../../src/store/open-reader.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { valueOf } from '../../store/fixtures/samples.ts';
import { temporaryHome } from '../../support/recorded-sessions.ts';

export interface TestServer {
  readonly paths: Paths;
  readonly store: EventStore;
  readonly server: RunningServer;
  /** The one that reads. */
  readonly token: string;
  readonly tokens: Tokens;
  /** `127.0.0.1:8151` */
  readonly host: string;
  readonly socket: string;
}

/** A server of its own over a store of its own, which go with the test. Queries are asked in this thread. */
export async function runServer(
  changes: Partial<Omit<ServerParts, 'feedLimits'>> & { limits?: Partial<FeedLimits>; paths?: Paths } = {},
): Promise<TestServer> {
  const { paths = temporaryHome(), limits, ...parts } = changes;
  const store = valueOf(openStore(paths));
  const feed = valueOf(openFeed(paths.database));
  const server = valueOf(
    await startServer({
      version: '1.2.3',
      process: { pid: process.pid, startTicks: 7 },
      runtime: paths.runtime,
      database: paths.database,
      feed,
      ask: askHere(paths),
      log: {
        bytes: () => Promise.resolve(ok({ bytes: Buffer.from('recorded'), recordedBytes: 8 })),
        text: (bytes) => `text of ${Buffer.from(bytes).toString()}`,
      },
      searchLag: () => undefined,
      replay: { ask: askHere(paths), start: startReplay, clock: processClock },
      startExport: () => {
        throw new Error('no export is expected');
      },
      startLines: () => {
        throw new Error('no lines are told here');
      },
      commandSession: () =>
        Promise.resolve({ ok: false, failure: { code: 'not_running', message: 'nothing runs here' } }),
      port: 0,
      feedLimits: { ...feedLimits, ...limits },
      ...parts,
    }),
  );
  onTestFinished(async () => {
    await server.close();
    feed.close();
    store.close();
  });
  const { token, approve_token, input_token } = JSON.parse(readFileSync(server.serveFile, 'utf8')) as Readonly<
    Record<'token' | 'approve_token' | 'input_token', string>
  >;
  const tokens = { read: token, approve: approve_token, input: input_token };
  return {
    paths,
    store,
    server,
    token,
    tokens,
    host: `127.0.0.1:${server.port}`,
    socket: `${paths.runtime}/serve.sock`,
  };
}

/** Answers as the query thread does, but here. */
function askHere(paths: Paths): Ask {
  const answer = (name: string, input: unknown) => {
    if (name === 'screen') {
      return ok({ session_id: (input as { session: string }).session, columns: 3, rows: 1, cursor: {}, lines: ['hi'] });
    }
    const opened = name === 'search' ? openSearch(paths) : valueOf(openReader(paths.database));
    const reader = opened as unknown as Record<string, (input: unknown) => unknown> & {
      close(): void;
    };
    try {
      const result = reader[name]?.(input) as ReturnType<EventStore['addSession']>;
      return result.ok ? result : { ok: false, failure: problemOf(result.failure) };
    } finally {
      reader.close();
    }
  };
  return ((name: string, input: unknown) => Promise.resolve(answer(name, input))) as unknown as Ask;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Of the body; undefined where it is no JSON. */
  readonly json: unknown;
}

interface Asking {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Over the socket, not the port. */
  readonly socket?: boolean;
}

/** Asks as a program would that has the token, unless the headers say otherwise. */
export function ask({ server, token, socket }: TestServer, path: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', body, headers = { authorization: `Bearer ${token}` } } = asking;
  const to = asking.socket === true ? { socketPath: socket } : { host: '127.0.0.1', port: server.port };
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Message {
  readonly type: string;
  readonly cursor: number;
  readonly [name: string]: unknown;
}

/** A subscriber that keeps what it is sent. */
export interface Client {
  readonly socket: WebSocket;
  readonly messages: readonly Message[];
  /** The first message, from the first one on, that passes. */
  message(passes: (message: Message) => boolean): Promise<Message>;
  /** All until the first one with this cursor or a greater one. */
  upTo(cursor: number): Promise<Message[]>;
  /** The code and the reason with which it was closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): Promise<unknown>;
}

type Connecting = { readonly protocols?: readonly string[]; readonly headers?: Readonly<Record<string, string>> };

/** A WebSocket that is open and has been told so. */
export async function follow(
  to: Pick<TestServer, 'host' | 'token'>,
  path: string,
  how: Connecting = {},
): Promise<Client> {
  const { protocols = [], headers = { authorization: `Bearer ${to.token}` } } = how;
  const client = clientOf(new WebSocket(`ws://${to.host}${path}`, [...protocols], { headers }));
  await client.message(({ type }) => type === 'connected');
  return client;
}

/** @param hear is told of each message as it comes */
export function clientOf(socket: WebSocket, hear: (message: Message) => void = () => undefined): Client {
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    messages.push(message);
    hear(message);
    for (const look of waiting) look();
  });
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  const message = (passes: (message: Message) => boolean) =>
    new Promise<Message>((resolve, reject) => {
      const look = () => {
        const found = messages.find(passes);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void closed.then(({ code }) => reject(new Error(`closed with ${code} before it came`)));
    });
  return {
    socket,
    messages,
    message,
    async upTo(cursor) {
      await message((each) => each.type !== 'connected' && each.cursor >= cursor);
      return messages.filter(({ type }) => type !== 'connected');
    },
    closed,
    close() {
      socket.close();
      return closed;
    },
  };
}

/** With what an upgrade was refused. */
export function refusalOf(
  to: Pick<TestServer, 'host' | 'token'>,
  path: string,
  how: Connecting = {},
): Promise<{ status: number; body: unknown }> {
  const { protocols = [], headers = { authorization: `Bearer ${to.token}` } } = how;
  const socket = new WebSocket(`ws://${to.host}${path}`, [...protocols], { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate();
      reject(new Error('it was let in'));
    });
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    });
  });
}
