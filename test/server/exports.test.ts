import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exportFormats } from '../../src/domain/export.ts';
import { sendExport } from '../../src/server/send-export.ts';
import { memoryTimeline } from '../replay/support/memory-timeline.ts';
import { sampleId } from '../store/fixtures/samples.ts';
import { replayOf } from './support/replay-server.ts';
import { ask, runServer } from './support/running-server.ts';
import { freshHome, serveIn, wrapCounting } from './support/serving-process.ts';

const id = sampleId('01A');
const path = `/api/sessions/${id}/export`;

/** A thread that answers like one that makes an export. */
const threadOf = (body: string) =>
  new Worker(`const { parentPort } = require('node:worker_threads'); let asked = 0; ${body}`, { eval: true });

async function serve(body: string) {
  const startExport = () => threadOf(body);
  return runServer({ startExport, replay: replayOf(memoryTimeline([], { sessionId: id })) });
}

const threePieces = `parentPort.on('message', () => {
  asked += 1;
  parentPort.postMessage(asked > 3 ? { kind: 'end' } : { kind: 'piece', text: 'piece ' + asked + ' ' });
});`;

describe('/api/sessions/:id/export', () => {
  it('sends what the thread makes, as a file', async () => {
    const to = await serve(threePieces);
    const answer = await ask(to, `${path}?format=html`);
    expect(answer).toMatchObject({ status: 200, text: 'piece 1 piece 2 piece 3 ' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': `attachment; filename="${id}.html"`,
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
  });

  it('is empty where there is nothing', async () => {
    const to = await serve("parentPort.on('message', () => parentPort.postMessage({ kind: 'end' }));");
    expect(await ask(to, `${path}?format=csv`)).toMatchObject({ status: 200, text: '' });
  });

  it('breaks off where the thread cannot go on', async () => {
    const to = await serve(
      "parentPort.on('message', () => parentPort.postMessage(asked++ ? { kind: 'broken' } : { kind: 'piece', text: 'a' }));",
    );
    const authorization = `Bearer ${to.token}`;
    const asked = fetch(`http://${to.host}${path}?format=csv`, { headers: { authorization } });
    await expect(asked.then((answer) => answer.text())).rejects.toThrow();
  });

  it('is refused for a session that there is not, a format that there is not, and without a token', async () => {
    const to = await serve(threePieces);
    expect(await ask(to, `/api/sessions/${sampleId('01Z')}/export?format=json`)).toMatchObject({ status: 404 });
    expect(await ask(to, `${path}?format=pdf`)).toMatchObject({ status: 400, json: { error: { field: 'format' } } });
    expect(await ask(to, path)).toMatchObject({ status: 400, json: { error: { field: 'format' } } });
    expect(await ask(to, `${path}?format=json`, { headers: {} })).toMatchObject({ status: 401 });
  });

  it('lets others in when an export is over', async () => {
    const to = await serve(threePieces);
    for (let count = 0; count < 5; count += 1) {
      expect(await ask(to, `${path}?format=json`)).toMatchObject({ status: 200 });
    }
  });

  it('ends at once for who has left before it began', async () => {
    const thread = threadOf(threePieces);
    const exited = once(thread, 'exit');
    const client = new AbortController();
    const ended = new Promise<void>((resolve) => {
      const server = createServer((_request, response) => {
        response.on('close', () => sendExport(thread, response, resolve));
        client.abort();
      });
      onTestFinished(() => void server.close());
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        fetch(`http://127.0.0.1:${port}`, { signal: client.signal }).catch(() => undefined);
      });
    });
    await Promise.all([ended, exited]);
  });
});

it('the server makes every export, and replays, of a session that was wrapped', async () => {
  const home = freshHome();
  await wrapCounting(home, 50, 1);
  const { host, token } = await serveIn(home);
  const get = async (asked: string) => {
    const answer = await fetch(`http://${host}${asked}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, text: await answer.text() };
  };
  const { items } = JSON.parse((await get('/api/sessions')).text) as { items: { session_id: string }[] };
  const session = items[0]?.session_id ?? '';
  for (const format of exportFormats) {
    const { status, text } = await get(`/api/sessions/${session}/export?format=${format}`);
    expect({ format, status }).toEqual({ format, status: 200 });
    if (format !== 'har') expect(text).toContain('number 50');
  }
  const { text } = await get(`/api/replay/session/${session}?speed=max&kinds=extraction,output`);
  const messages = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as { type: string });
  expect(messages.filter(({ type }) => type === 'extraction')).toHaveLength(50);
  expect(messages.at(-1)?.type).toBe('ended');
});
