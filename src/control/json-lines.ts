import type { Socket } from 'node:net';

/** A longer line ends the connection. */
const maxLineBytes = 64 * 1024;

const LINE_FEED = 0x0a;

/** Reads the JSON values that come over a socket, one a line. */
export function readJsonLines(
  socket: Socket,
  { onValue, onGarbage }: { readonly onValue: (value: unknown) => void; readonly onGarbage: (why: string) => void },
): void {
  let begun: Buffer[] = [];
  let begunBytes = 0;

  function take(line: Buffer) {
    let value: unknown;
    try {
      value = JSON.parse(line.toString());
    } catch {
      onGarbage('a line is no JSON');
      return;
    }
    onValue(value);
  }

  socket.on('data', (data: Buffer) => {
    let rest = data;
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
      begun.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      const line = Buffer.concat(begun);
      begun = [];
      begunBytes = 0;
      if (socket.destroyed) return;
      take(line);
    }
    begun.push(rest);
    begunBytes += rest.length;
    if (begunBytes > maxLineBytes) {
      begun = [];
      begunBytes = 0;
      onGarbage(`a line is longer than ${maxLineBytes} bytes`);
    }
  });
}

export function writeJsonLine(socket: Socket, value: object): void {
  if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}
