import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Event } from '../../src/domain/event.ts';
import { addEvents, end, sampleEvent, sampleId, sampleSession, valueOf } from '../store/fixtures/samples.ts';
import { clientOf, follow, type Message, refusalOf, runServer, type TestServer } from './support/running-server.ts';

const claude = sampleSession({ id: sampleId('01A') });
const codex = sampleSession({ id: sampleId('01B'), agent: 'codex' });

const numbered = (from: number, to: number, changes: Partial<Event> = {}) =>
  Array.from({ length: to - from + 1 }, (_, index) => sampleEvent({ matchedValue: String(from + index), ...changes }));
const values = (messages: readonly Message[]) =>
  messages.filter(({ type }) => type === 'extraction').map(({ matched_value }) => Number(matched_value));
const upToNumber = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const hasValue = (value: number) => (message: Message) => message['matched_value'] === String(value);
const types = (messages: readonly Message[]) => messages.map(({ type }) => type);

describe('the feed', () => {
  it('begins with where it is', async () => {
    const to = await runServer();
    addEvents(to.store, claude, numbered(1, 3));
    const { messages } = await follow(to, '/ws');
    expect(messages).toEqual([
      { type: 'connected', timestamp: expect.any(String) as string, agent: null, session_id: null, cursor: 4 },
    ]);
  });

  it('tells what is committed from now on, and nothing older', async () => {
    const to = await runServer();
    addEvents(to.store, claude, numbered(1, 3));
    const client = await follow(to, '/ws');
    addEvents(to.store, claude, numbered(4, 5));
    await client.message(hasValue(5));
    expect(values(client.messages)).toEqual([4, 5]);
  });

  it('tells everything since 0, then what is live, each once and in order', async () => {
    const to = await runServer();
    addEvents(to.store, claude, numbered(1, 700));
    const client = await follow(to, '/ws?since=0');
    addEvents(to.store, claude, numbered(701, 800));
    await client.message(hasValue(800));
    expect(values(client.messages)).toEqual(upToNumber(800));
    const cursors = client.messages.map(({ cursor }) => cursor);
    expect(cursors).toEqual([...new Set(cursors)].sort((one, other) => one - other));
  });

  it('goes on behind a cursor', async () => {
    const to = await runServer();
    addEvents(to.store, claude, numbered(1, 9));
    const first = await follow(to, '/ws?since=0');
    const { cursor } = await first.message(hasValue(4));
    const second = await follow(to, `/ws?since=${cursor}`);
    await second.message(hasValue(9));
    expect(values(second.messages)).toEqual([5, 6, 7, 8, 9]);
  });

  it('tells events, states and ends with the names of the columns', async () => {
    const to = await runServer();
    const client = await follow(to, '/ws');
    addEvents(to.store, claude, [sampleEvent()]);
    end(to.store, claude, { kind: 'exited', code: 0 });
    await client.message(({ type }) => type === 'complete');
    expect(types(client.messages)).toEqual(['connected', 'state', 'extraction', 'state', 'complete']);
    const common = { agent: 'claude', session_id: claude.id };
    expect(client.messages.slice(1)).toMatchObject([
      { ...common, state: 'starting', timestamp: '2025-06-01T12:00:00.123Z' },
      { ...common, event_type: 'error', risk_level: 'low', original_line: 'Error: no, it said' },
      { ...common, state: 'completed', exit_code: 0 },
      { ...common, ended_at: '2025-06-01T12:05:00.000Z', exit_code: 0, mode: 'pipe' },
    ]);
  });

  it('reaches many who follow the same, and each what is his', async () => {
    const to = await runServer();
    const clients = await Promise.all([...Array(8).keys()].map(() => follow(to, '/ws?kinds=extraction')));
    const other = await follow(to, '/ws/agents/codex');
    addEvents(to.store, claude, numbered(1, 300));
    addEvents(to.store, codex, numbered(301, 301));
    await Promise.all([...clients, other].map((client) => client.message(hasValue(301))));
    for (const client of clients) expect(values(client.messages)).toEqual(upToNumber(301));
    expect(values(other.messages)).toEqual([301]);
  });

  it('is told by its end that a cursor belongs to a database that is gone', async () => {
    const to = await runServer();
    const client = await follow(to, '/ws?since=1000');
    expect(await client.closed).toEqual({ code: 1008, reason: 'cursor-ahead' });
    expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'cursor_ahead', cursor: 0 });
  });
});

describe('a filter', () => {
  it.each([
    ['/ws?type=metric', [2]],
    ['/ws?pattern=mine', [3]],
    ['/ws?risk=critical', [4]],
    ['/ws?agent=codex', [5]],
    [`/ws?session=${codex.id}`, [5]],
    ['/ws/agents/codex', [5]],
    [`/ws/sessions/${codex.id}`, [5]],
    ['/ws/agents/claude?risk=critical', [4]],
    ['/ws?kinds=extraction', [1, 2, 3, 4, 5]],
    ['/ws?kinds=state,complete', []],
  ])('%s lets pass %j', async (path, expected) => {
    const to = await runServer({ limits: { heartbeatMs: 50 } });
    const client = await follow(to, path);
    addEvents(to.store, claude, [
      sampleEvent({ matchedValue: '1' }),
      sampleEvent({ matchedValue: '2', type: 'metric' }),
      sampleEvent({ matchedValue: '3', pattern: 'mine' }),
      sampleEvent({ matchedValue: '4', risk: 'critical' }),
    ]);
    addEvents(to.store, codex, [sampleEvent({ matchedValue: '5' })]);
    // Heartbeats tell that all of it was looked at.
    await client.upTo(7);
    expect(values(client.messages)).toEqual(expected);
  });

  it('holds nobody back: heartbeats tell how far the feed is', async () => {
    const to = await runServer({ limits: { heartbeatMs: 50 } });
    const client = await follow(to, '/ws?type=metric&kinds=extraction');
    addEvents(to.store, claude, numbered(1, 500));
    const beat = await client.message(({ cursor }) => cursor === 501);
    expect(beat).toMatchObject({ type: 'heartbeat', agent: null, session_id: null });
  });

  it.each([
    ['/ws?kinds=nonsense', 'kinds', 'kinds: takes extraction, state, complete, log with commas between them'],
    ['/ws?since=x', 'since', 'since: is not a whole number'],
    ['/ws?since=', 'since', 'since: is not a whole number'],
    ['/ws?since=1&since=2', 'since', expect.any(String)],
    ['/ws?type=x', 'type', expect.any(String)],
    ['/ws?sinc=1', 'sinc', 'sinc: is not a parameter of this'],
    ['/ws/sessions/01A', 'session', 'session: is not a session id (a ULID)'],
    ['/ws/agents/%2e%2e%2f', 'agent', 'agent: is not the name of an agent'],
    ['/ws/agents/%zz', 'agent', 'agent: is not the name of an agent'],
    ['/ws/agents/codex?agent=claude', 'agent', 'agent stands in the path already'],
  ])('that is none is refused before the upgrade: %s', async (path, field, message) => {
    const to = await runServer();
    expect(await refusalOf(to, path)).toEqual({
      status: 400,
      body: { error: { code: 'bad_parameter', message: message as string, field } },
    });
  });

  it.each(['/', '/ws/', '/ws/nothing/here', '/api/sessions'])('no WebSocket is at %s', async (path) => {
    const to = await runServer();
    expect(await refusalOf(to, path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });
});

describe('a client', () => {
  it('gets a pong for its ping, with where the feed is', async () => {
    const to = await runServer();
    addEvents(to.store, claude, numbered(1, 2));
    const client = await follow(to, '/ws');
    client.socket.send('{"type":"ping"}');
    expect(await client.message(({ type }) => type === 'pong')).toMatchObject({ cursor: 3 });
  });

  it.each(['', 'nonsense', '[]', 'null', '"ping"', '{"type":"kill"}', '{}', Buffer.from('{"type":"ping"}')])(
    'that says %j is told what there is to say, and stays',
    async (said) => {
      const to = await runServer();
      const client = await follow(to, '/ws');
      client.socket.send(said);
      expect(await client.message(({ type }) => type === 'error')).toMatchObject({ code: 'bad_message' });
      client.socket.send('{"type":"ping"}');
      await client.message(({ type }) => type === 'pong');
    },
  );

  it('that says too much is closed with 1009', async () => {
    const to = await runServer();
    const client = await follow(to, '/ws');
    client.socket.send(Buffer.alloc(64 * 1024 + 1, 'x'), { binary: false });
    expect((await client.closed).code).toBe(1009);
  });

  it('that answers no ping is cut off', async () => {
    const to = await runServer({ limits: { heartbeatMs: 50 } });
    const socket = new WebSocket(`ws://${to.host}/ws`, {
      headers: { authorization: `Bearer ${to.token}` },
      autoPong: false,
    });
    expect((await clientOf(socket).closed).code).toBe(1006);
  });

  it('is refused when there are too many, until one goes', async () => {
    const to = await runServer({ limits: { maxSubscribers: 2 } });
    const first = await follow(to, '/ws');
    await follow(to, '/ws');
    expect(await refusalOf(to, '/ws')).toMatchObject({ status: 503, body: { error: { code: 'too_many_clients' } } });
    await first.close();
    await follow(to, '/ws');
  });

  it('is told when the server ends', async () => {
    const to = await runServer();
    const client = await follow(to, '/ws');
    await to.server.close();
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server ends' });
  });
});

describe('a connection that is idle', () => {
  it.each([
    ['has asked for nothing', ''],
    ['has asked once', 'GET /api/health HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\n\r\n'],
  ])('is ended when it %s', async (_, said) => {
    const to = await runServer({ idleLimitMs: 50 });
    const socket = connect(to.server.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(said.replace('HOST', to.host).replace('TOKEN', to.token));
    socket.resume();
    await once(socket, 'close');
  });

  it('but follows the feed stays', async () => {
    const to = await runServer({ idleLimitMs: 50 });
    const client = await follow(to, '/ws');
    const socket = connect(to.server.port, '127.0.0.1').resume();
    await once(socket, 'close');
    client.socket.send('{"type":"ping"}');
    await client.message(({ type }) => type === 'pong');
  });
});

describe('a client that does not read', () => {
  const longLine = 'x'.repeat(60_000);
  const large = (from: number, to: number) => numbered(from, to, { originalLine: longLine });

  it('is told that it lags and closed with 1013, and loses nothing by its cursor', async () => {
    const to = await runServer({ limits: { stallLimitMs: 50 } });
    const slow = await follow(to, '/ws?since=0');
    slow.socket.pause();
    addEvents(to.store, claude, large(1, 400));
    await subscribersOf(to, 0);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'lagging' });
    const last = slow.messages.at(-1);
    expect(last?.type).toBe('lagging');
    expect(values(slow.messages).length).toBeLessThan(400);

    const again = await follow(to, `/ws?since=${last?.cursor ?? 0}`);
    await again.message(hasValue(400));
    expect([...values(slow.messages), ...values(again.messages)]).toEqual(upToNumber(400));
  });

  it('does not slow others down', async () => {
    const to = await runServer({ limits: { stallLimitMs: 60_000 } });
    const slow = await follow(to, '/ws?since=0');
    const other = await follow(to, '/ws?since=0');
    slow.socket.pause();
    addEvents(to.store, claude, large(1, 1000));
    await other.message(hasValue(1000));
    expect(values(other.messages)).toEqual(upToNumber(1000));
  });

  it('but reads at last gets all of it, at its own pace', async () => {
    const to = await runServer({ limits: { stallLimitMs: 60_000 } });
    const slow = await follow(to, '/ws?since=0');
    slow.socket.pause();
    addEvents(to.store, claude, large(1, 400));
    const other = await follow(to, '/ws?since=0');
    await other.message(hasValue(400));
    slow.socket.resume();
    await slow.message(hasValue(400));
    expect(values(slow.messages)).toEqual(upToNumber(400));
  });

  it('and talks without end is not answered without end', async () => {
    const to = await runServer({ limits: { stallLimitMs: 60_000, maxBufferedBytes: 10_000 } });
    const client = await follow(to, '/ws');
    client.socket.pause();
    for (let count = 0; count < 20_000; count += 1) client.socket.send('nonsense');
    const other = await follow(to, '/ws');
    other.socket.send('{"type":"ping"}');
    await other.message(({ type }) => type === 'pong');
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });
});

it('an upgrade to something else is refused', async () => {
  const to = await runServer();
  const socket = connect(to.server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: ${to.host}\r\nAuthorization: Bearer ${to.token}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 4\d\d /);
});

/** Waits until so many follow the feed. */
async function subscribersOf(to: TestServer, count: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://${to.host}/api/health`, { headers: { authorization: `Bearer ${to.token}` } });
    const { subscribers } = (await answer.json()) as { subscribers: number };
    if (subscribers === count) return;
  }
}

it('a session that was extracted anew is void to those who have it', async () => {
  const { openReplacer } = await import('../../src/store/open-replacer.ts');
  const to = await runServer();
  addEvents(to.store, claude, numbered(1, 2));
  end(to.store, claude, { kind: 'exited', code: 0 });
  const client = await follow(to, '/ws?type=error');
  const replacer = valueOf(openReplacer(to.paths));
  onTestFinished(() => replacer.close());
  valueOf(replacer.begin(claude.id));
  const from = { stdout: 0, stderr: 0 };
  const sessionEnd = {
    endedAt: '2025-06-01T12:05:00.000Z',
    ending: { kind: 'exited', code: 0 },
    gapBytes: from,
  } as const;
  valueOf(replacer.commit(claude.id, { events: numbered(7, 7), from, to: from, lines: 0, end: sessionEnd }));
  valueOf(replacer.replace({ ...claude, end: sessionEnd }));
  await client.message(hasValue(7));
  expect(types(client.messages)[1]).toBe('reindex');
});
