import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { posix } from './child/posix.ts';
import { follow } from './follow.ts';
import type { FollowerThreadTask, FromMain } from './follower-messages.ts';
import { stopGateOf } from './guard/stop-gate.ts';

/*
 * The follower as a worker.
 */

/**
 * The child, who reads it and our passthrough come first: with ten wrappers at work, bytes pass four times as fast. A
 * third of a full share is left, so that a busy machine does not keep the recording waiting; until all is loaded, all
 * of it.
 */
const niceness = 5;

if (parentPort) {
  const port = parentPort;
  const link = {
    tell: (message: unknown) => port.postMessage(message),
    listen: (hear: (message: FromMain) => void) => void port.on('message', hear),
    next: () => (receiveMessageOnPort(port) as { message: FromMain } | undefined)?.message,
  };
  const { stopGate, ...task } = workerData as FollowerThreadTask;
  void follow(link, task, stopGate && stopGateOf(stopGate).pass).then(() => posix.giveWay(niceness));
}
