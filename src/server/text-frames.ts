/** Up to so many bytes a frame's length stands in two bytes, beyond in eight. */
const mostInTwoBytes = 0xffff;
const mostInOne = 125;

/** Texts as a server sends them over a WebSocket, each a frame of its own and unmasked (RFC 6455, section 5.2). */
export function textFrames(texts: readonly Buffer[]): Buffer {
  return Buffer.concat(texts.flatMap((text) => [header(text.length), text]));
}

function header(bytes: number): Buffer {
  const finalText = 0x81;
  if (bytes <= mostInOne) return Buffer.from([finalText, bytes]);
  if (bytes <= mostInTwoBytes) {
    const short = Buffer.from([finalText, 126, 0, 0]);
    short.writeUInt16BE(bytes, 2);
    return short;
  }
  const long = Buffer.alloc(10);
  long.set([finalText, 127]);
  long.writeBigUInt64BE(BigInt(bytes), 2);
  return long;
}
