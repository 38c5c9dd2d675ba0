import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Paths } from './domain/config.ts';
import { recover } from './recover.ts';

/*
 * The thread that extracts what a killed wrapper has left behind, for those
 * who follow: the one that serves has no time for it. Any message to it is a
 * goodbye, heard between two sessions: to be ended within a transaction would
 * abort the process.
 */

if (parentPort) void recoverUntilTold(parentPort, workerData as Paths);

async function recoverUntilTold(port: MessagePort, paths: Paths): Promise<void> {
  const failures = await recover(paths, { isOver: () => receiveMessageOnPort(port) !== undefined });
  for (const { message } of failures) port.postMessage(message);
  port.close();
}
