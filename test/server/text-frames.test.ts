import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrames } from '../../src/server/text-frames.ts';

it('texts of any length arrive as they were, each a message, among those of the library', async () => {
  const texts = ['', 'ü', 'x'.repeat(125), 'x'.repeat(126), 'x'.repeat(65_535), 'x'.repeat(65_536), 'last'];
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (client) => {
      client.send('first');
      socket.write(textFrames(texts.map((text) => Buffer.from(text))));
      client.close(1000);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const received: string[] = [];
  client.on('message', (data: Buffer, isBinary) => received.push(isBinary ? 'binary' : data.toString()));
  const code = await new Promise((resolve) => client.on('close', resolve));
  expect([code, ...received]).toEqual([1000, 'first', ...texts]);
  http.close();
});
