import type { ServerResponse } from 'node:http';
import type { Worker } from 'node:worker_threads';
import { whenClosed } from './event-stream.ts';

/** What a thread that makes an export answers, each time it is asked for more. */
export type ExportPieceMessage =
  | { readonly kind: 'piece'; readonly text: string }
  | { readonly kind: 'end' }
  /** It cannot be made any further. */
  | { readonly kind: 'broken' };

/** How long a client may leave a piece unread. */
const stallLimitMs = 60_000;

/**
 * Sends the export that a thread makes, no faster than it is read. Where it breaks off, so does the connection: what
 * was sent is no whole file. The thread ends with it.
 */
export function sendExport(thread: Worker, response: ServerResponse, onEnd: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const more = () => {
    clearTimeout(timer);
    thread.postMessage('next');
  };
  const breakOff = () => void response.destroy();
  thread.on('error', breakOff);
  thread.on('exit', breakOff);
  thread.on('message', (message: ExportPieceMessage) => {
    if (message.kind === 'broken') breakOff();
    else if (message.kind === 'end') response.end();
    else if (response.write(message.text)) more();
    else timer = setTimeout(breakOff, stallLimitMs);
  });
  response.on('drain', more);
  response.on('error', () => undefined);
  whenClosed(response, () => {
    clearTimeout(timer);
    void thread.terminate();
    onEnd();
  });
  if (!response.closed) more();
}
