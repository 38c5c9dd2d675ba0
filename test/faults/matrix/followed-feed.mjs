import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { servedIn } from './served.mjs';

/**
 * A client of the feed, which goes on by its cursor, whoever serves.
 *
 * @returns `lines`, those of which it was told events, in the order in which it was; `hasCome`, whether it was told that
 * a session has ended; and `stop`
 */
export function followFeed(home) {
  const lines = [];
  let cursor = 0;
  let hasCome = false;
  let socket;
  let isStopped = false;

  function hear(data) {
    const message = JSON.parse(data);
    ({ cursor } = message);
    if (message.type === 'extraction') lines.push(message.original_line);
    if (message.type === 'complete') hasCome = true;
  }

  async function goOn() {
    for (; !isStopped; await pause(5)) {
      const served = servedIn(home);
      if (served === undefined) continue;
      const headers = { authorization: `Bearer ${served.token}` };
      socket = new WebSocket(`ws://127.0.0.1:${served.port}/ws?since=${cursor}`, { headers });
      socket.on('message', hear);
      // Whoever served was killed, or is: the end of the connection follows.
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.on('close', resolve));
    }
  }
  void goOn();

  return {
    lines,
    get hasCome() {
      return hasCome;
    },
    stop() {
      isStopped = true;
      socket?.terminate();
    },
  };
}
