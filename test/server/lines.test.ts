import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../src/domain/log-line.ts';
import { addEvents, sampleEvent, sampleId, sampleSession } from '../store/fixtures/samples.ts';
import { ask, follow, type Message, runServer } from './support/running-server.ts';

const [one, other] = [sampleId('01A'), sampleId('01B')];
const line = (number: number, changes: Partial<LogLine> = {}): LogLine => ({
  type: 'log',
  timestamp: '2025-06-01T12:00:00.123Z',
  agent: 'claude',
  session_id: one,
  stream: 'stdout',
  line_number: number,
  byte_offset: number * 10,
  text: `line ${number}`,
  ...changes,
});

/** A server to which its thread tells these lines. */
const serverTelling = (batches: readonly (readonly LogLine[])[], forever = false) =>
  runServer({
    startLines: () =>
      new Worker(new URL('./programs/line-teller.mjs', import.meta.url), { workerData: { batches, forever } }),
  });

const texts = (messages: readonly Message[]) =>
  messages.flatMap(({ type, text }) => (type === 'log' ? [String(text)] : []));
const hasText = (text: string) => (message: Message) => message['text'] === text;

describe('lines', () => {
  it('come to who asks for them, with the cursor of what was told before', async () => {
    const to = await serverTelling([[line(1)], [line(2), line(3)]]);
    addEvents(to.store, sampleSession(), [sampleEvent()]);
    const client = await follow(to, '/ws?kinds=extraction,log&since=1');
    await client.message(hasText('line 3'));
    expect(client.messages.filter(({ type }) => type === 'log')).toEqual(
      [1, 2, 3].map((number) => ({ ...line(number), cursor: expect.any(Number) as number })),
    );
    let place = 1;
    for (const { type, cursor } of client.messages) {
      expect(cursor).toBeGreaterThanOrEqual(place);
      place = cursor;
      // A line leads nowhere where the client has not been.
      if (type === 'log') expect(cursor).toBe(place);
    }
  });

  it('come to nobody else, and are of the session or agent that is asked for', async () => {
    const batch = [line(1), line(2, { session_id: other, agent: 'codex' }), line(3)];
    const to = await serverTelling([batch, batch, batch], true);
    const silent = await follow(to, '/ws');
    const clients = await Promise.all([
      follow(to, `/ws/sessions/${other}?kinds=log`),
      follow(to, '/ws/agents/claude?kinds=log'),
      follow(to, '/ws?kinds=log,state'),
    ]);
    const told = await Promise.all(
      clients.map(async (client, index) => {
        await client.message(hasText(index === 0 ? 'line 2' : 'line 3'));
        return new Set(texts(client.messages));
      }),
    );
    expect(told.map((each) => [...each].sort())).toEqual([
      ['line 2'],
      ['line 1', 'line 3'],
      ['line 1', 'line 2', 'line 3'],
    ]);
    expect(texts(silent.messages)).toEqual([]);
  });

  it('come as server-sent events, too, and need no other kind', async () => {
    const to = await serverTelling([[line(1)]]);
    expect((await ask(to, '/api/stream?kinds=logs')).status).toBe(400);
    const controller = new AbortController();
    const response = await fetch(`http://${to.host}/api/stream?kinds=log`, {
      headers: { authorization: `Bearer ${to.token}` },
      signal: controller.signal,
    });
    let text = '';
    for await (const piece of response.body ?? []) {
      text += Buffer.from(piece as Uint8Array).toString();
      if (text.includes('line 1')) break;
    }
    expect(text).toContain('"type":"log"');
  });

  it('cost a client that does not read its connection, and the others nothing', async () => {
    const large = [...Array(20).keys()].map((number) => line(number, { text: 'x'.repeat(60_000) }));
    const to = await serverTelling([large], true);
    const slow = await follow(to, '/ws?kinds=log');
    const fast = await follow(to, '/ws?kinds=log');
    slow.socket.pause();
    await fast.message(() => fast.messages.length > 20 * 10);
    const health = async () => (await ask(to, '/api/health')).json as { subscribers: number };
    while ((await health()).subscribers > 1);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'lagging' });
    const before = fast.messages.length;
    await fast.message(() => fast.messages.length > before + 20);
  });
});
