// Answers queries as they ask: at once, never, not at all, or with its end.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ id, input }) => {
  if (input === 'forever') for (;;);
  if (input === 'throw') throw new Error('a bug');
  if (input === 'exit') process.exit(1);
  if (input === 'bug') parentPort.postMessage({ id });
  else if (input === 'fail') {
    parentPort.postMessage({ id, result: { ok: false, failure: { reason: 'session-not-found', message: 'no' } } });
  } else parentPort.postMessage({ id, result: { ok: true, value: input } });
});
