import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { limits } from './domain/config.ts';
import type { ControlLevel, Sight } from './domain/control.ts';
import type { Deed } from './domain/deed.ts';
import type { Ending } from './domain/session.ts';
import type { Verdict } from './domain/state.ts';
import type { FollowerTask, FollowerThreadTask, FromFollower, FromMain } from './follower-messages.ts';
import { type HandOver, createHandOver } from './recording/hand-over.ts';
import { threadHeap } from './thread-heap.ts';

/** A follower that is so far behind tells nothing of now. */
const lookPatienceMs = 2000;

/**
 * A thread takes as long to start as Node itself does. A child that is over sooner is followed by this thread, which
 * has nothing else to do then.
 */
const threadDelayMs = 60;

/**
 * A thread cannot start where all descriptors or all memory are in use, nor in a folder that was removed. It is tried
 * again, and then more and more seldom: each time costs as much as Node's own start.
 */
const firstRetryMs = 500;
const mostRetryMs = 10_000;

/** Unless it has written so much already, or somebody wants to know something. */
const mostBytesWithoutThread = 64 * 1024;

/** The follower as the main thread knows it. */
export interface FollowerThread {
  /** Resolves when the child has run for so long that there is a thread; not for others. */
  readonly isLasting: Promise<void>;
  readonly offer: HandOver['offer'];
  /** Our terminal has another size from `timeUs` on. */
  resized(to: { readonly columns: number; readonly rows: number; readonly timeUs: number }): void;
  /** The child is stopped; the promise is for when that is known to whoever looks at the session. */
  stopped(timeUs: number): Promise<void>;
  continued(timeUs: number): void;
  /** This process is about to be stopped: another one is to serve meanwhile. To be called before {@link stopped}. */
  restRole(): void;
  beginRole(): void;
  /** What somebody does to the session, before it is done. */
  did(deed: Deed, timeUs: number): void;
  /** What is to be seen, as of all that was offered before; undefined when nothing tells it in time. */
  look(): Promise<Sight | undefined>;
  /** What the user's settings let others do to the session. */
  readonly control: Promise<ControlLevel>;
  /** How long {@link finish} takes at most, unless a disk holds up this very thread. */
  longestFinishMs(drainTimeoutMs: number): number;
  /**
   * Tells that the child has ended, and waits until the session is recorded and extracted, or the time is over; for
   * what is not recorded then, some seconds more.
   */
  finish(ending: Ending, drainTimeoutMs: number): Promise<Followed>;
}

/** What the follower has to say when all is over. */
export interface Followed {
  /** What went wrong behind the child's back, each thing once. */
  readonly troubles: readonly string[];
  /** The verdicts because of which the wrapper is to fail. */
  readonly failing: readonly Verdict[];
  /** That because of which the child was killed. */
  readonly killed?: Verdict;
}

/**
 * Starts the worker that records and extracts (`follow.ts`). Whatever happens to it, the child runs on.
 *
 * @param nowUs the recording's clock
 * @param kill is called when the child has been hung or stalled for longer than is wanted
 */
export function startFollower(task: FollowerThreadTask, nowUs: () => number, kill: () => void): FollowerThread {
  const troubles = new Set<string>();
  const failing: Verdict[] = [];
  let killed: Verdict | undefined;
  let stopNoted: () => void = () => undefined;
  const looks = new Map<number, (sight: Sight | undefined) => void>();
  let lastLook = 0;
  let settleControl: (level: ControlLevel) => void = () => undefined;
  const control = new Promise<ControlLevel>((resolve) => (settleControl = resolve));
  let isNoted: () => void = () => undefined;
  const isLasting = new Promise<void>((resolve) => (isNoted = resolve));
  /** What nobody listens to yet. */
  const waiting: Sent[] = [];
  let waitingBytes = 0;
  let follower: { send(...sent: Sent): void } | undefined;
  let isListening = false;
  let retryMs = firstRetryMs;
  let isRetrying = false;
  let isFinishing = false;
  let threadTimer = setTimeout(() => {
    // Its end may have come in meanwhile, and was not heard of: everything else on this machine may have been first.
    setImmediate(() => {
      begin(startThread);
    });
  }, threadDelayMs);

  function send(message: FromMain, transfer: readonly ArrayBuffer[] = []) {
    if (follower && isListening) {
      follower.send(message, transfer);
      return;
    }
    waiting.push([message, transfer]);
    if (message.kind === 'chunks') for (const { bytes } of message.chunks) waitingBytes += bytes.length;
    const canWait = message.kind === 'chunks' || message.kind === 'ended' || message.kind === 'resize';
    if (!isRetrying && (!canWait || waitingBytes > mostBytesWithoutThread)) begin(startThread);
  }

  function begin(start: typeof startThread) {
    if (follower) return;
    clearTimeout(threadTimer);
    const begun = start(task, {
      onStart: () => isNoted(),
      onMessage(message) {
        if (message.kind === 'control') {
          isListening = true;
          for (const sent of waiting.splice(0)) begun.send(...sent);
        }
        hear(message);
      },
      onEnd(error) {
        if (follower !== begun) return;
        if (isListening || start === followHere) endWith(error);
        else beginAgain();
      },
    });
    follower = begun;
  }

  /** It has read nothing of what waits for it. */
  function beginAgain() {
    follower = undefined;
    isRetrying = true;
    if (isFinishing) begin(followHere);
    else threadTimer = setTimeout(() => begin(startThread), retryMs);
    retryMs = Math.min(2 * retryMs, mostRetryMs);
  }

  const handOver = createHandOver({
    send,
    maxInFlightBytes: limits.maxInFlightBytes,
    stallLimitMs: limits.stallLimitMs,
  });
  let isRecorded: () => void = () => undefined;
  const recorded = new Promise<void>((resolve) => (isRecorded = resolve));
  let isDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (isDone = resolve));

  function hear(message: FromFollower) {
    if (message.kind === 'what-time') send({ kind: 'clock', timeUs: nowUs() });
    else if (message.kind === 'settled') handOver.settled(message.bytes);
    else if (message.kind === 'recorded') isRecorded();
    else if (message.kind === 'trouble') troubles.add(message.message);
    else if (message.kind === 'stop-noted') stopNoted();
    else if (message.kind === 'seen') looks.get(message.id)?.(message.sight);
    else if (message.kind === 'control') settleControl(message.level);
    else if (message.kind === 'failing') failing.push(message.verdict);
    else if (message.kind === 'kill') {
      killed = message.verdict;
      kill();
    } else isDone();
  }

  function endWith(error?: Error) {
    if (error) troubles.add(`recording ended early: ${error.message}`);
    handOver.abandon();
    isDone();
  }

  return {
    isLasting,
    offer: (chunks) => handOver.offer(chunks),
    resized: (to) => send({ kind: 'resize', ...to }),
    stopped(timeUs) {
      send({ kind: 'stopped', timeUs });
      return new Promise((resolve) => (stopNoted = resolve));
    },
    continued: (timeUs) => send({ kind: 'continued', timeUs }),
    restRole: () => send({ kind: 'rest-role' }),
    beginRole: () => send({ kind: 'begin-role' }),
    did: (deed, timeUs) => send({ kind: 'control', deed, timeUs }),
    look() {
      // It does not know the whole screen, and cannot know that it does not.
      if (handOver.hasGap) return Promise.resolve(undefined);
      const id = (lastLook += 1);
      return new Promise((resolve) => {
        const seen = (sight?: Sight) => {
          clearTimeout(timer);
          looks.delete(id);
          resolve(sight);
        };
        const timer = setTimeout(seen, lookPatienceMs);
        looks.set(id, seen);
        send({ kind: 'look', id, timeUs: nowUs() });
      });
    },
    control: Promise.race([control, done.then((): ControlLevel => 'process')]),
    longestFinishMs: (drainTimeoutMs) => drainTimeoutMs + limits.stallLimitMs,
    async finish(ending, drainTimeoutMs) {
      isFinishing = true;
      handOver.end();
      // A session has one clock, which nobody sets.
      const endedAt = new Date(Date.parse(task.session.startedAt) + nowUs() / 1000).toISOString();
      send({ kind: 'ended', ending, endedAt });
      begin(followHere);
      await Promise.race([done, sleep(drainTimeoutMs)]);
      // What is not extracted when the time is over is so later; what is not recorded, never.
      if (!(await hasSettledIn(Promise.race([done, recorded]), limits.stallLimitMs))) {
        const patience = `${limits.stallLimitMs / 1000} s`;
        troubles.add(`the end of the session is not recorded: its disk has not taken it in ${patience}`);
      }
      return { troubles: [...troubles], failing, ...(killed && { killed }) };
    },
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether it has settled by then. */
const hasSettledIn = (promise: Promise<void>, ms: number) =>
  Promise.race([promise.then(() => true), sleep(ms).then(() => false)]);

type Sent = [message: FromMain, transfer: readonly ArrayBuffer[]];

interface FollowerEvents {
  readonly onStart: () => void;
  readonly onMessage: (message: FromFollower) => void;
  /** When it has ended by itself, and why. */
  readonly onEnd: (error?: Error) => void;
}

function startThread(task: FollowerThreadTask, { onStart, onMessage, onEnd }: FollowerEvents) {
  const worker = new Worker(join(import.meta.dirname, 'follow-thread.js'), {
    workerData: task,
    resourceLimits: threadHeap,
  });
  worker.on('message', onMessage);
  worker.on('error', onEnd);
  worker.on('exit', () => onEnd());
  onStart();
  return { send: (...[message, transfer]: Sent) => worker.postMessage(message, transfer) };
}

/** In this thread, which no gate keeps from stopping while it writes. */
function followHere(task: FollowerTask, { onMessage, onEnd }: FollowerEvents) {
  const sent: FromMain[] = [];
  let hear: (message: FromMain) => void = (message) => void sent.push(message);
  const link = {
    tell: onMessage,
    next: () => sent.shift(),
    listen(listener: typeof hear) {
      hear = listener;
      const first = sent.shift();
      if (first) hear(first);
    },
  };
  // As in a thread: what breaks in it costs the recording, and not how the command ends.
  process.on('uncaughtException', onEnd);
  import('./follow.ts').then(({ follow }) => follow(link, task)).catch(onEnd);
  return { send: (message: FromMain) => hear(message) };
}
