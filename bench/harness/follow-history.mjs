import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** What the server says of itself is shorter than any event. */
const leastEventBytes = 250;
const text = 1;

/** Connects so many clients at once. @returns ms until each has had so many events from the feed's start */
export async function followHistory({ port, headers }, clients, events) {
  const startMs = performance.now();
  await Promise.all(Array.from({ length: clients }, () => received(port, headers, events)));
  return performance.now() - startMs;
}

/**
 * A client that counts frames and looks no further: one that makes a message of each, as `ws` does, takes as long for it
 * as the server has taken to send it, so that clients would be measured.
 */
function received(port, headers, events) {
  const socket = connect(port, '127.0.0.1');
  const request = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  };
  const fields = Object.entries(request).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /ws?since=0&kinds=extraction HTTP/1.1\r\n${fields.join('')}\r\n`);
  return new Promise((resolve, reject) => {
    let left = events;
    let isOpen = false;
    let rest = Buffer.alloc(0);
    let skipBytes = 0;
    const refuse = (answer) => reject(new Error(`a client was sent away: ${answer.toString('latin1')}`));
    socket.on('error', reject);
    socket.on('end', () => refuse(rest));
    socket.on('data', (chunk) => {
      if (skipBytes >= chunk.length) {
        skipBytes -= chunk.length;
        return;
      }
      let bytes = rest.length === 0 ? chunk.subarray(skipBytes) : Buffer.concat([rest, chunk]);
      skipBytes = 0;
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end === -1) {
          rest = bytes;
          return;
        }
        if (!bytes.toString('latin1').startsWith('HTTP/1.1 101')) refuse(bytes);
        isOpen = true;
        bytes = bytes.subarray(end + 4);
      }
      let at = 0;
      for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
        at = frame.end;
        if (frame.kind === text && frame.length >= leastEventBytes) left -= 1;
      }
      if (at > bytes.length) skipBytes = at - bytes.length;
      rest = bytes.subarray(at);
      if (left > 0) return;
      socket.removeAllListeners('end');
      socket.destroy();
      resolve();
    });
  });
}

/** A server's frame (RFC 6455, 5.2), which may end behind the bytes; undefined where they end within its header. */
function frameAt(bytes, at) {
  if (at + 2 > bytes.length) return undefined;
  const kind = bytes[at] & 0x0f;
  const short = bytes[at + 1] & 0x7f;
  const headerBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (at + headerBytes > bytes.length) return undefined;
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
  return { kind, length, end: at + headerBytes + length };
}
