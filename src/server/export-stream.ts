import type { Worker } from 'node:worker_threads';

/** What a thread that makes an export answers, each time it is asked for more. */
export type ExportPieceMessage =
  | { readonly kind: 'piece'; readonly text: string }
  | { readonly kind: 'end' }
  /** It cannot be made any further. */
  | { readonly kind: 'broken' };

/** How long a client may leave a piece unread. */
const stallLimitMs = 60_000;

/** The export that a thread makes, no faster than it is read; the thread ends with the stream. */
export function exportStream(thread: Worker, onEnd: () => void): ReadableStream<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  function end(): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    void thread.terminate();
    onEnd();
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const breakOff = () => {
          if (!isOver) controller.error(new Error('the export broke off'));
          end();
        };
        thread.on('error', breakOff);
        thread.on('exit', breakOff);
        thread.on('message', (message: ExportPieceMessage) => {
          if (message.kind === 'broken') breakOff();
          else if (message.kind === 'piece') {
            timer = setTimeout(breakOff, stallLimitMs);
            controller.enqueue(Buffer.from(message.text));
          } else {
            controller.close();
            end();
          }
        });
      },
      pull() {
        clearTimeout(timer);
        thread.postMessage('next');
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}
