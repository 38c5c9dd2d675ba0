import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { FromProbe, ProbeTask } from './probe-messages.ts';
import { probeStore } from './probe-store.ts';
import { recover } from './recover.ts';

/*
 * The thread that tries the store, which may take long, and then extracts what was recorded without it. Any message to
 * it is a goodbye, as with `recover-thread`.
 */

if (parentPort) void probe(parentPort, workerData as ProbeTask);

async function probe(port: MessagePort, { paths, ...options }: ProbeTask): Promise<void> {
  const probed = probeStore(paths, options);
  port.postMessage(probed satisfies FromProbe);
  // What fails with other sessions is told by the commands that read.
  if (probed !== 'taken' && probed.ok) await recover(paths, { isOver: () => receiveMessageOnPort(port) !== undefined });
  port.close();
}
