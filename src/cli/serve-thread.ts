import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { recoverInThread } from '../recover-in-thread.ts';
import { startServing } from '../serve.ts';
import type { FromServing, ServeTask } from '../serve-messages.ts';
import { strippedText } from '../domain/strip-sequences.ts';
import { version } from './version.ts';

/*
 * The role in a wrapper: the same server as that of `ridealong serve`, in a
 * worker, until the wrapper ends or is asked for the role.
 */

/** How long clients may take when the wrapper ends: its user waits for the prompt. */
const farewellMs = 500;

if (parentPort) void serveInWrapper(parentPort, workerData as ServeTask);

async function serveInWrapper(port: MessagePort, { paths, port: firstPort, recovers }: ServeTask): Promise<void> {
  const tell = (message: FromServing) => port.postMessage(message);
  // Nothing of it is about the session of this wrapper.
  const complain = () => undefined;
  let isEnding = false;
  const serving = await startServing(
    paths,
    { version, port: firstPort, textOf: strippedText, onHandOver: end },
    complain,
  );
  if (!serving.ok) {
    const { reason, message } = serving.failure;
    tell(reason === 'server-running' ? { kind: 'taken' } : { kind: 'failed', message });
    return;
  }
  const server = serving.value;
  const recovering = recovers ? recoverInThread(paths, complain) : undefined;
  // There is but one message: `EndServing`.
  port.on('message', end);
  tell({ kind: 'serving' });

  function end() {
    if (isEnding) return;
    isEnding = true;
    void Promise.all([server.close(farewellMs), recovering?.end()]).then(() => tell({ kind: 'ended' }));
  }
}
