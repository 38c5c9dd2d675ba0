import { Worker } from 'node:worker_threads';
import { limits } from './domain/config.ts';
import type { ControlLevel, Sight } from './domain/control.ts';
import type { Deed } from './domain/deed.ts';
import type { Ending } from './domain/session.ts';
import type { Verdict } from './domain/state.ts';
import type { ChildEnded, FollowerTask, FromFollower, Look, RoleMessage } from './follower-messages.ts';
import { type HandOver, type ToFollower, createHandOver } from './recording/hand-over.ts';

/** A follower that is so far behind tells nothing of now. */
const lookPatienceMs = 2000;

/** The follower as the main thread knows it. */
export interface FollowerThread {
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
  /** Tells that the child has ended, and waits until the session is recorded and extracted, or the time is over. */
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
export function startFollower(task: FollowerTask, nowUs: () => number, kill: () => void): FollowerThread {
  const troubles = new Set<string>();
  const failing: Verdict[] = [];
  let killed: Verdict | undefined;
  let stopNoted: () => void = () => undefined;
  const looks = new Map<number, (sight: Sight | undefined) => void>();
  let lastLook = 0;
  let settleControl: (level: ControlLevel) => void = () => undefined;
  const control = new Promise<ControlLevel>((resolve) => (settleControl = resolve));
  const worker = new Worker(new URL('./follow.js', import.meta.url), { workerData: task });
  const send = (message: ToFollower | Look | ChildEnded | RoleMessage, transfer: readonly ArrayBuffer[] = []) =>
    worker.postMessage(message, transfer);
  const handOver = createHandOver({
    send,
    maxInFlightBytes: limits.maxInFlightBytes,
    stallLimitMs: limits.stallLimitMs,
  });
  const done = new Promise<void>((resolve) => {
    worker.on('message', (message: FromFollower) => {
      if (message.kind === 'what-time') send({ kind: 'clock', timeUs: nowUs() });
      else if (message.kind === 'settled') handOver.settled(message.bytes);
      else if (message.kind === 'trouble') troubles.add(message.message);
      else if (message.kind === 'stop-noted') stopNoted();
      else if (message.kind === 'seen') looks.get(message.id)?.(message.sight);
      else if (message.kind === 'control') settleControl(message.level);
      else if (message.kind === 'failing') failing.push(message.verdict);
      else if (message.kind === 'kill') {
        killed = message.verdict;
        kill();
      } else resolve();
    });
    worker.on('error', (error) => {
      troubles.add(`recording ended early: ${error.message}`);
      handOver.abandon();
      resolve();
    });
    worker.on('exit', () => {
      handOver.abandon();
      resolve();
    });
  });
  return {
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
    async finish(ending, drainTimeoutMs) {
      handOver.end();
      // A session has one clock, which nobody sets.
      const endedAt = new Date(Date.parse(task.session.startedAt) + nowUs() / 1000).toISOString();
      send({ kind: 'ended', ending, endedAt });
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, drainTimeoutMs))]);
      return { troubles: [...troubles], failing, ...(killed && { killed }) };
    },
  };
}
