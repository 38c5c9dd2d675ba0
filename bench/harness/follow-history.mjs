import { WebSocket } from 'ws';

/** Connects so many clients at once. @returns ms until each has had so many events from the feed's start */
export async function followHistory({ port, headers }, clients, events) {
  const startMs = performance.now();
  const url = `ws://127.0.0.1:${port}/ws?since=0&kinds=extraction`;
  await Promise.all(Array.from({ length: clients }, () => received(new WebSocket(url, { headers }), events)));
  return performance.now() - startMs;
}

function received(socket, events) {
  let left = events;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      // What the server says of itself is shorter than any event.
      if (data.length < 250 || --left > 0) return;
      socket.terminate();
      resolve();
    });
  });
}
