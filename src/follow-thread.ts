import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { follow } from './follow.ts';
import type { FollowerTask, FromMain } from './follower-messages.ts';

/*
 * The follower as a worker.
 */

if (parentPort) {
  const port = parentPort;
  const link = {
    tell: (message: unknown) => port.postMessage(message),
    listen: (hear: (message: FromMain) => void) => void port.on('message', hear),
    next: () => (receiveMessageOnPort(port) as { message: FromMain } | undefined)?.message,
  };
  void follow(link, workerData as FollowerTask);
}
