// A process that writes messages of equal length, each with the time it was written at its beginning, or one that reads
// them and prints how long each was on its way. Both wait inside of system calls: nothing of Node comes between.
//
//   node stamped-messages.mjs write FILE BYTES EVERY_MS FROM_NS UNTIL_NS < /dev/null | node … read … > milliseconds.json
import { readFileSync, readSync, writeSync } from 'node:fs';

const [, , which, file, bytesText, everyText, fromText, untilText] = process.argv;
const messageBytes = Number(bytesText);
const everyMs = Number(everyText);
/** Earlier messages do not count: until then the processes start. */
const fromNs = BigInt(fromText);
const untilNs = BigInt(untilText);
const stampBytes = 20;

if (which === 'write') write();
else console.log(JSON.stringify(read()));

/** Filled up with what agents print. */
function write() {
  const text = readFileSync(file);
  const never = new Int32Array(new SharedArrayBuffer(4));
  const message = Buffer.alloc(messageBytes, '\n');
  const startMs = performance.now();
  for (let nth = 0; ; nth += 1) {
    const waitMs = startMs + nth * everyMs - performance.now();
    if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
    const from = (nth * messageBytes) % (text.length - messageBytes);
    text.copy(message, stampBytes + 1, from, from + messageBytes - stampBytes - 2);
    const nowNs = process.hrtime.bigint();
    if (nowNs >= untilNs) return;
    message.write(String(nowNs).padStart(stampBytes, '0'));
    for (let written = 0; written < messageBytes; ) written += writeSync(1, message, written);
  }
}

function read() {
  const chunk = Buffer.alloc(65_536);
  const message = Buffer.alloc(messageBytes);
  const waits = [];
  for (let filled = 0, length; (length = readSync(0, chunk)) > 0; ) {
    const nowNs = process.hrtime.bigint();
    for (let at = 0; at < length; ) {
      const copied = chunk.copy(message, filled, at, length);
      at += copied;
      filled = (filled + copied) % messageBytes;
      if (filled > 0) continue;
      const writtenNs = BigInt(message.toString('latin1', 0, stampBytes));
      if (writtenNs >= fromNs) waits.push(Number(nowNs - writtenNs) / 1e6);
    }
  }
  return waits;
}
