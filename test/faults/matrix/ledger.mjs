import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ledgerIn = (folder) => join(folder, 'ledger');

/** The agent ends when it is there. */
export const endMarkIn = (folder) => join(folder, 'end');

/** One write of the agent. Times are nanoseconds of the machine's monotonic clock. */
export const formatWrite = (stream, startNs, endNs, bytes) => `${stream} ${startNs} ${endNs} ${bytes}\n`;

/**
 * What the agent noted.
 *
 * @returns its pid, the session that it was told to be, and its writes: stream, the stream's bytes up to the end of
 * the write, and the times in ms; undefined when it has not begun
 */
export function readLedger(folder) {
  if (!existsSync(ledgerIn(folder))) return undefined;
  const [head, ...lines] = readFileSync(ledgerIn(folder), 'latin1').split('\n').slice(0, -1);
  if (head === undefined) return undefined;
  const [pid, session] = head.split(' ');
  const written = { stdout: 0, stderr: 0 };
  const writes = lines.map((line) => {
    const [stream, startNs, endNs, bytes] = line.split(' ');
    written[stream] += Number(bytes);
    return { stream, end: written[stream], startMs: Number(startNs) / 1e6, endMs: Number(endNs) / 1e6 };
  });
  return { pid: Number(pid), session, written, writes };
}
