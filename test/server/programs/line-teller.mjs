// Tells lines as a thread that follows recordings does: `batches`, one after the other, as they are asked for.
import { parentPort, workerData } from 'node:worker_threads';

const { batches, forever = false } = workerData;
let hasBegun = false;
parentPort.on('message', ({ kind }) => {
  if (kind === 'want' && hasBegun) return;
  hasBegun = true;
  const next = forever ? batches[0] : batches.shift();
  if (next) parentPort.postMessage(next);
});
