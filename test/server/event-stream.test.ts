import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addEvents, sampleEvent, sampleSession } from '../store/fixtures/samples.ts';
import { ask, follow, type Message, runServer, type TestServer } from './support/running-server.ts';

const session = sampleSession();
const numbered = (from: number, to: number, originalLine = 'a line') =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    sampleEvent({ matchedValue: String(from + index), originalLine }),
  );

interface Streamed {
  readonly id: number;
  readonly message: Message;
}

/** What a stream says until something passes, or its end. */
async function read(
  response: IncomingMessage,
  isLast: (message: Message) => boolean = () => false,
): Promise<Streamed[]> {
  const streamed: Streamed[] = [];
  let text = '';
  for await (const piece of response.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += piece as string;
    for (let stop = text.indexOf('\n\n'); stop !== -1; stop = text.indexOf('\n\n')) {
      const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(text.slice(0, stop)) ?? [];
      text = text.slice(stop + 2);
      if (data === undefined) continue;
      const message = JSON.parse(data) as Message;
      streamed.push({ id: Number(id), message });
      if (isLast(message)) return streamed;
    }
  }
  return streamed;
}

async function open(to: TestServer, path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = get({
    host: '127.0.0.1',
    port: to.server.port,
    path,
    headers: { authorization: `Bearer ${to.token}`, ...headers },
    agent: false,
  });
  onTestFinished(() => void request.destroy());
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

const isValue = (value: number) => (message: Message) => message['matched_value'] === String(value);
const values = (streamed: readonly Streamed[]) =>
  streamed
    .filter(({ message }) => message.type === 'extraction')
    .map(({ message }) => Number(message['matched_value']));

describe('/api/stream', () => {
  it('tells history, then what is live, with the cursor as id', async () => {
    const to = await runServer();
    addEvents(to.store, session, numbered(1, 300));
    const response = await open(to, '/api/stream?since=0&kinds=extraction');
    expect(response.headers['content-type']).toBe('text/event-stream');
    addEvents(to.store, session, numbered(301, 310));
    const streamed = await read(response, isValue(310));
    expect(values(streamed)).toEqual(Array.from({ length: 310 }, (_, index) => index + 1));
    expect(streamed.every(({ id, message }) => id === message.cursor)).toBe(true);
    expect(streamed[0]?.message.type).toBe('connected');
  });

  it('goes on behind Last-Event-ID, whatever the address says', async () => {
    const to = await runServer();
    addEvents(to.store, session, numbered(1, 9));
    const response = await open(to, '/api/stream?since=0&kinds=extraction', { 'last-event-id': '5' });
    expect(values(await read(response, isValue(9)))).toEqual([5, 6, 7, 8, 9]);
  });

  it('refuses a Last-Event-ID that is no cursor', async () => {
    const to = await runServer();
    const headers = { authorization: `Bearer ${to.token}`, 'last-event-id': 'x' };
    expect(await ask(to, '/api/stream', { headers })).toMatchObject({
      status: 400,
      json: { error: { field: 'Last-Event-ID' } },
    });
  });

  it('tells only what passes', async () => {
    const to = await runServer();
    addEvents(to.store, session, [...numbered(1, 3), sampleEvent({ risk: 'high', matchedValue: '4' })]);
    const response = await open(to, '/api/stream?since=0&risk=high&kinds=extraction');
    expect(values(await read(response, isValue(4)))).toEqual([4]);
  });

  it('counts among the clients', async () => {
    const to = await runServer({ limits: { maxSubscribers: 1 } });
    await follow(to, '/ws');
    expect(await ask(to, '/api/stream')).toMatchObject({ status: 503, json: { error: { code: 'too_many_clients' } } });
  });

  it('ends with the server', async () => {
    const to = await runServer();
    const response = await open(to, '/api/stream');
    const reading = read(response);
    await to.server.close();
    expect((await reading).map(({ message }) => message.type)).toEqual(['connected']);
  });

  it('is cut off when it is not read, and loses nothing by its cursor', async () => {
    const to = await runServer({ limits: { stallLimitMs: 50 } });
    const slow = await open(to, '/api/stream?since=0');
    addEvents(to.store, session, numbered(1, 400, 'x'.repeat(60_000)));
    for (let subscribers = 1; subscribers > 0; ) {
      ({ subscribers } = (await ask(to, '/api/health')).json as { subscribers: number });
    }
    const first = await read(slow);
    expect(first.at(-1)?.message.type).toBe('lagging');
    const rest = await open(to, '/api/stream', { 'last-event-id': String(first.at(-1)?.id) });
    expect([...values(first), ...values(await read(rest, isValue(400)))]).toEqual(
      Array.from({ length: 400 }, (_, index) => index + 1),
    );
  });
});
