import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TimelineMoment } from '../../src/domain/replay.ts';
import type { Sink } from '../../src/server/feed-hub.ts';
import { type ReplayLimits, ReplayHub } from '../../src/server/replay-hub.ts';
import { found, memoryTimeline, output } from '../replay/support/memory-timeline.ts';
import { settled } from '../replay/support/fake-clock.ts';
import { sampleId } from '../store/fixtures/samples.ts';
import { replayOf } from './support/replay-server.ts';
import { ask, follow, type Message, refusalOf, runServer } from './support/running-server.ts';

const id = sampleId('01A');
const path = `/api/replay/session/${id}`;
const size = { columns: 80, rows: 24 };

/** `type time` of each, for the types asked for. */
const told = (messages: readonly Message[], ...types: readonly string[]) =>
  messages
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .map(({ type, time_us }) => `${type} ${String(time_us)}`);

async function serve(moments: readonly TimelineMoment[], limits: Partial<ReplayLimits> = {}) {
  const replay = replayOf(memoryTimeline(moments, { sessionId: id, size, durationUs: 4_000_000 }), limits);
  const to = await runServer({ replay });
  const open = (query = '') => follow(to, `${path}${query}`);
  return { to, clock: replay.clock, open };
}

const moments = [
  output(0, 'a'),
  output(1_000_000, 'b'),
  found(2_000_000, 7),
  output(3_000_000, 'c'),
  found(3_500_000, 9, 'prompt'),
];

describe('a replay over a WebSocket', () => {
  it('begins with what it is and where it begins', async () => {
    const { open } = await serve(moments);
    const client = await open();
    await client.message(({ type }) => type === 'position');
    expect(client.messages.slice(0, 2)).toEqual([
      {
        type: 'connected',
        session_id: id,
        time_us: 0,
        agent: 'claude',
        mode: 'terminal',
        duration_us: 4_000_000,
        ...size,
      },
      {
        ...{ type: 'position', session_id: id, time_us: 0, duration_us: 4_000_000 },
        ...{ state: 'playing', speed: 1, idle_limit_us: null },
      },
    ]);
  });

  it('tells each moment when it is due, bytes as base64, rows by their columns, and the end', async () => {
    const { open, clock } = await serve(moments);
    const client = await open();
    await clock.advance(1_000);
    await client.message(({ type, time_us }) => type === 'output' && time_us === 1_000_000);
    expect(told(client.messages, 'output', 'extraction')).toEqual(['output 0', 'output 1000000']);
    await clock.advance(3_000);
    const { state } = await client.message(({ type }) => type === 'ended');
    expect(state).toBe('ended');
    expect(told(client.messages, 'output', 'extraction', 'ended')).toEqual([
      ...['output 0', 'output 1000000', 'extraction 2000000', 'output 3000000', 'extraction 3500000', 'ended 4000000'],
    ]);
    expect(client.messages.find(({ type }) => type === 'output')).toEqual({
      ...{ type: 'output', session_id: id, time_us: 0, stream: 'stdout', offset: 0, data: 'YQ==' },
    });
    expect(client.messages.find(({ type }) => type === 'extraction')).toMatchObject({ id: 7, event_type: 'error' });
  });

  it('tells where it is now and then while it plays', async () => {
    const { open, clock } = await serve(moments);
    const client = await open();
    await clock.advance(2_500);
    await client.message(({ type, time_us }) => type === 'position' && time_us === 2_000_000);
    expect(told(client.messages, 'position')).toEqual(['position 0', 'position 1000000', 'position 2000000']);
  });

  it('takes speed, beginning, kinds and idle limit from its address', async () => {
    const { open, clock } = await serve(moments);
    const client = await open('?speed=10&from=2.5s&kinds=output&idle_limit=1s');
    await clock.advance(200);
    await client.message(({ type }) => type === 'ended');
    expect(client.messages[1]).toMatchObject({
      type: 'position',
      time_us: 2_500_000,
      speed: 10,
      idle_limit_us: 1_000_000,
    });
    expect(client.messages[2]).toMatchObject({ type: 'screen', time_us: 2_500_000, ...size });
    expect(told(client.messages, 'output', 'extraction')).toEqual(['output 3000000']);
  });

  it('tells everything at once at speed max, and begins at an event', async () => {
    const { open, clock } = await serve(moments);
    const client = await open('?speed=max&from=7');
    await clock.advance(1);
    await client.message(({ type }) => type === 'ended');
    expect(told(client.messages.slice(2))).toEqual([
      ...['screen 2000000', 'extraction 2000000', 'output 3000000', 'extraction 3500000', 'ended 4000000'],
    ]);
  });

  it('closes when it cannot begin where it was asked to', async () => {
    const { open } = await serve(moments);
    const client = await open('?from=12345');
    expect(await client.message(({ type }) => type === 'error')).toMatchObject({
      code: 'bad_parameter',
      message: 'no such event',
    });
    expect(await client.closed).toEqual({ code: 1008, reason: 'bad_parameter' });
  });

  it.each([
    ['pause', { type: 'pause' }, { state: 'paused', time_us: 500_000 }],
    ['resume', { type: 'resume' }, { state: 'playing', time_us: 500_000 }],
    ['speed', { type: 'speed', speed: 20 }, { speed: 20, time_us: 500_000 }],
    ['speed max', { type: 'speed', speed: 'max' }, { speed: 'max', time_us: 500_000 }],
    ['an idle limit', { type: 'idle_limit', idle_limit_us: 700_000 }, { idle_limit_us: 700_000 }],
    ['no idle limit', { type: 'idle_limit', idle_limit_us: null }, { idle_limit_us: null }],
    ['seek to a time', { type: 'seek', to_us: 3_200_000 }, { time_us: 3_200_000 }],
    ['seek to an event', { type: 'seek', event: 9 }, { time_us: 3_500_000 }],
    ['seek to the next event', { type: 'seek', next: 'any' }, { time_us: 2_000_000 }],
    ['seek to the next event of a type', { type: 'seek', next: 'prompt' }, { time_us: 3_500_000 }],
  ])('confirms %s with where it is then', async (_, command, expected) => {
    const { open, clock } = await serve(moments);
    const client = await open();
    await clock.advance(500);
    client.socket.send(JSON.stringify({ ...command, request_id: 'mine' }));
    const confirmed = await client.message(({ request_id }) => request_id === 'mine');
    expect(confirmed).toMatchObject({ type: 'position', session_id: id, duration_us: 4_000_000, ...expected });
  });

  it('shows the screen behind a seek, and goes on from there', async () => {
    const { open, clock } = await serve(moments);
    const client = await open();
    await clock.advance(0);
    client.socket.send(JSON.stringify({ type: 'seek', to_us: 2_500_000, request_id: 1 }));
    await client.message(({ type }) => type === 'screen');
    await clock.advance(500);
    await client.message(({ type, time_us }) => type === 'output' && time_us === 3_000_000);
    const from = client.messages.findIndex(({ request_id }) => request_id === 1);
    expect(told(client.messages.slice(from))).toEqual(['position 2500000', 'screen 2500000', 'output 3000000']);
    const screen = client.messages.find(({ type }) => type === 'screen');
    expect(Buffer.from(String(screen?.['data']), 'base64').toString()).toBe('screen at 2500000');
  });

  it('answers a ping', async () => {
    const { open } = await serve(moments);
    const client = await open();
    client.socket.send('{"type":"ping","request_id":5}');
    expect(await client.message(({ type }) => type === 'pong')).toMatchObject({ request_id: 5, session_id: id });
  });

  it.each([
    ['nonsense', 'no JSON'],
    ['{"type":"rewind","request_id":"r"}', 'unknown'],
    ['{"type":"speed","speed":1000,"request_id":"r"}', 'too fast'],
    ['{"type":"seek","request_id":"r"}', 'no target'],
    ['{"type":"seek","to_us":1,"event":2,"request_id":"r"}', 'two targets'],
    ['{"type":"seek","event":4711,"request_id":"r"}', 'an event that there is not'],
    ['{"type":"pause","now":true,"request_id":"r"}', 'too much'],
  ])('tells what is wrong with %s (%s), and plays on', async (text) => {
    const { open, clock } = await serve(moments);
    const client = await open();
    client.socket.send(text);
    const error = await client.message(({ type }) => type === 'error');
    expect(error).toMatchObject({ session_id: id, ...(text.startsWith('{') && { request_id: 'r' }) });
    await clock.advance(4_000);
    await client.message(({ type }) => type === 'ended');
  });

  it('is refused for a session that there is not, bad parameters, no token, and when too many run', async () => {
    const { to, open } = await serve(moments, { maxReplays: 1 });
    const status = async (...asked: Parameters<typeof refusalOf>) => (await refusalOf(...asked)).status;
    expect(await status(to, `/api/replay/session/${sampleId('01Z')}`)).toBe(404);
    expect(await status(to, '/api/replay/session/01A')).toBe(400);
    expect(await status(to, `${path}?speed=0`)).toBe(400);
    expect(await status(to, `${path}?speed=1&speed=2`)).toBe(400);
    expect(await status(to, path, { headers: {} })).toBe(401);
    const client = await open();
    expect(await refusalOf(to, path)).toMatchObject({ status: 503, body: { error: { code: 'too_many_replays' } } });
    await client.close();
    await open();
  });

  it('says goodbye when the server ends', async () => {
    const { to, open } = await serve(moments);
    const client = await open();
    await to.server.close();
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server ends' });
  });

  it('has nothing but an end for an empty session', async () => {
    const { open, clock } = await serve([]);
    const client = await open('?speed=max');
    await clock.advance(1);
    await client.message(({ type }) => type === 'ended');
    expect(told(client.messages)).toEqual(['connected 0', 'position 0', 'ended 4000000']);
  });
});

describe('a replay as server-sent events', () => {
  async function stream(
    to: Awaited<ReturnType<typeof runServer>>,
    query: string,
    headers: Record<string, string> = {},
  ) {
    const authorization = `Bearer ${to.token}`;
    const at = { host: '127.0.0.1', port: to.server.port, path: `${path}${query}`, agent: false };
    const request = get({ ...at, headers: { authorization, ...headers } });
    onTestFinished(() => void request.destroy());
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  async function read(response: IncomingMessage): Promise<(Message & { readonly id: number })[]> {
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += piece as string;
    return [...text.matchAll(/^id: (\d+)\ndata: (.*)$/gm)].map(([, eventId, data = '']) => ({
      ...(JSON.parse(data) as Message),
      id: Number(eventId),
    }));
  }

  it('tells the same, with the time as id, and ends with the session', async () => {
    const { to, clock } = await serve(moments);
    const response = await stream(to, '?kinds=extraction');
    expect(response.headers['content-type']).toBe('text/event-stream');
    await clock.advance(4_000);
    const messages = await read(response);
    expect(told(messages, 'connected', 'extraction', 'ended')).toEqual([
      ...['connected 0', 'extraction 2000000', 'extraction 3500000', 'ended 4000000'],
    ]);
    expect(messages.every(({ id: eventId, time_us }) => eventId === time_us || time_us === undefined)).toBe(true);
  });

  it('goes on from the last id, and has nothing more behind the end', async () => {
    const { to, clock } = await serve(moments);
    const response = await stream(to, '?speed=max', { 'last-event-id': '3000000' });
    await clock.advance(1);
    expect(told(await read(response), 'output', 'extraction')).toEqual(['output 3000000', 'extraction 3500000']);
    expect((await stream(to, '', { 'last-event-id': '4000000' })).statusCode).toBe(204);
  });

  it('is refused for a session that there is not, and when too many run', async () => {
    const { to, open } = await serve(moments, { maxReplays: 1 });
    expect(await ask(to, `/api/replay/session/${sampleId('01Z')}`)).toMatchObject({
      status: 404,
      json: { error: { code: 'session_not_found' } },
    });
    await open();
    expect(await ask(to, path)).toMatchObject({ status: 503, json: { error: { code: 'too_many_replays' } } });
  });
});

describe('a client that does not read', () => {
  function open(limits: Partial<ReplayLimits> = {}) {
    const timeline = memoryTimeline(
      Array.from({ length: 100 }, (_, index) => output(index)),
      { sessionId: id },
    );
    const parts = replayOf(timeline, limits);
    const hub = new ReplayHub(parts);
    const sent: string[] = [];
    const closed: number[] = [];
    const buffer = { bytes: 0 };
    const sink: Sink = {
      send(json) {
        sent.push((JSON.parse(json.toString()) as Message).type);
        buffer.bytes += json.length;
      },
      sendAll: () => undefined,
      get bufferedBytes() {
        return buffer.bytes;
      },
      probe: () => true,
      close: (code) => closed.push(code),
    };
    const connection = hub.open(timeline.head, { speed: 'max', kinds: ['output'] }, sink, false);
    const read = () => {
      buffer.bytes = 0;
      connection.drained();
    };
    const outputs = () => sent.filter((type) => type === 'output').length;
    return { clock: parts.clock, connection, closed, sent, outputs, read, buffer };
  }

  it('holds its replay at its bound, and loses nothing of it', async () => {
    const { clock, outputs, read, closed } = open({ maxBufferedBytes: 2_000, stallLimitMs: 1_000 });
    await clock.advance(900);
    const first = outputs();
    expect(first).toBeGreaterThan(5);
    expect(first).toBeLessThan(30);
    while (outputs() < 100) {
      read();
      await clock.advance(900);
    }
    expect(closed).toEqual([]);
  });

  it('is cut off when it takes too long', async () => {
    const { clock, closed, outputs } = open({ maxBufferedBytes: 2_000, stallLimitMs: 1_000 });
    await clock.advance(10_000);
    expect(closed).toEqual([1013]);
    expect(outputs()).toBeLessThan(30);
  });

  it('is cut off when it sends commands and reads no answers', async () => {
    const { clock, connection, closed, buffer } = open({ maxBufferedBytes: 2_000 });
    await clock.advance(1);
    for (let count = 0; count < 100; count += 1) {
      connection.command('{"type":"pause"}');
      await settled();
    }
    expect(closed).toEqual([1013]);
    expect(buffer.bytes).toBeLessThan(10_000);
  });
});
