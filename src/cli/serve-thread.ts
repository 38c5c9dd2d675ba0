import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { recoverInThread } from '../recover-in-thread.ts';
import { startServing } from '../serve.ts';
import type { FromServing, ServeTask, ToServing } from '../serve-messages.ts';
import { strippedText } from '../domain/strip-sequences.ts';
import { version } from './version.ts';

/*
 * The role in a wrapper: the same server as that of `ridealong serve`, in a
 * worker, until the wrapper ends or is asked for the role.
 */

/** How long clients may take when the wrapper ends: its user waits for the prompt. */
const farewellMs = 500;

if (parentPort) serveInWrapper(parentPort, workerData as ServeTask);

function serveInWrapper(port: MessagePort, { paths, port: firstPort, recovers }: ServeTask): void {
  const tell = (message: FromServing) => port.postMessage(message);
  // Nothing of it is about the session of this wrapper.
  const complain = () => undefined;
  let end: () => void = () => undefined;
  const isToEnd = new Promise<void>((resolve) => (end = resolve));

  async function begin() {
    const options = { version, port: firstPort, textOf: strippedText, onHandOver: end };
    const serving = await startServing(paths, options, complain);
    if (!serving.ok) {
      const { reason, message } = serving.failure;
      tell(reason === 'server-running' ? { kind: 'taken' } : { kind: 'failed', message });
      return;
    }
    const recovering = recovers ? recoverInThread(paths, complain) : undefined;
    tell({ kind: 'serving' });
    await isToEnd;
    await Promise.all([serving.value.close(farewellMs), recovering?.end()]);
    tell({ kind: 'ended' });
  }

  port.on('message', ({ kind }: ToServing) => (kind === 'begin' ? void begin() : end()));
  tell({ kind: 'loaded' });
}
