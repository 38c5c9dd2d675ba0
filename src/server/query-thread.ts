import { Worker } from 'node:worker_threads';
import { fail, ok, type Result } from '../domain/result.ts';
import { bug, type Problem, problemOf } from './problem.ts';
import type { AnswerMessage, Ask, QueryMessage, QueryName } from './queries.ts';

export interface QueryThread {
  readonly ask: Ask;
  close(): Promise<void>;
}

/** How many threads may still be busy with what nobody waits for any more: SQLite cannot be broken off. */
const maxAbandoned = 2;
/** After so many a thread is replaced: SQL that was put together for a query is kept as long as the thread. */
const mostAnswered = 2_000;
/** How many queries may wait. */
const maxWaiting = 256;

const timeout: Problem = { status: 503, code: 'timeout', message: 'this takes too long; ask for less' };
const busy: Problem = { status: 503, code: 'busy', message: 'too many are asking; try again' };

interface Asked {
  readonly message: QueryMessage;
  settle(result: Result<unknown, Problem>): void;
}

/**
 * Asks queries in a thread of its own, one at a time, so that a heavy one delays no feed. One that is not answered
 * within the time limit, the wait for others included, is given up, and the thread with it where it is at work on it.
 *
 * @param start makes a thread that answers {@link QueryMessage}s with {@link AnswerMessage}s
 */
export function createQueryThread(start: () => Worker, timeLimitMs: number): QueryThread {
  const waiting: Asked[] = [];
  const abandoned = new Set<Worker>();
  let current: Asked | undefined;
  let worker: Worker | undefined;
  let answered = 0;
  let nextId = 1;

  function next(): void {
    if (current !== undefined) return;
    const asked = waiting.shift();
    if (asked === undefined) return;
    if (worker === undefined && abandoned.size >= maxAbandoned) return asked.settle(fail(busy));
    current = asked;
    if (answered >= mostAnswered) {
      void worker?.terminate();
      worker = undefined;
    }
    worker ??= started();
    worker.postMessage(asked.message);
  }

  function started(): Worker {
    const thread = start();
    answered = 0;
    // An idle thread keeps nobody alive.
    thread.unref();
    thread.on('message', ({ id, result }: AnswerMessage) => {
      if (current?.message.id !== id) return;
      answered += 1;
      current.settle(result === undefined ? fail(bug) : result.ok ? result : fail(problemOf(result.failure)));
    });
    thread.on('error', () => gone(thread));
    thread.on('exit', () => gone(thread));
    return thread;
  }

  function gone(thread: Worker): void {
    abandoned.delete(thread);
    if (thread !== worker) return;
    worker = undefined;
    current?.settle(fail(bug));
  }

  function giveUp(asked: Asked): void {
    const place = waiting.indexOf(asked);
    if (place !== -1) waiting.splice(place, 1);
    else if (current === asked && worker !== undefined) {
      abandoned.add(worker);
      void worker.terminate();
      worker = undefined;
    }
    asked.settle(fail(timeout));
  }

  const ask = (name: QueryName, input: unknown) =>
    new Promise<Result<unknown, Problem>>((resolve) => {
      if (waiting.length >= maxWaiting) return resolve(fail(busy));
      const asked: Asked = {
        message: { id: nextId, name, input },
        settle(result) {
          clearTimeout(timer);
          if (current === asked) current = undefined;
          resolve(result.ok ? ok(result.value) : result);
          next();
        },
      };
      const timer = setTimeout(() => giveUp(asked), timeLimitMs);
      nextId += 1;
      waiting.push(asked);
      next();
    });

  return {
    ask: ask as Ask,
    async close() {
      for (const asked of waiting.splice(0)) asked.settle(fail(busy));
      await worker?.terminate();
    },
  };
}
