import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import type { NamedLease } from './domain/session.ts';
import type { FromLease, LeaseTask, ReleaseLease } from './lease-messages.ts';
import { threadHeap } from './thread-heap.ts';

/** A lease that cannot be given back at once is free anyway when our process is gone. */
const releasePatienceMs = 500;

/** A larger config file is refused by those who read it. */
const maxConfigBytes = 64 * 1024;

/** A lease as the main thread has it. */
export interface TakenLease {
  readonly lease: NamedLease;
  /** Gives it back. @returns what the user has to know, if anything: that it was lost before */
  release(): Promise<readonly string[]>;
}

/**
 * Takes the lease that is asked for, on the command line or in the config file, if there is one, in a worker
 * (`lease-thread.ts`) that renews it from then on.
 *
 * @param onWaiting is told whom we wait for
 */
export async function takeLease(
  task: LeaseTask,
  onWaiting: (message: string) => void,
): Promise<Result<TakenLease | undefined, Failure>> {
  const worker = new Worker(join(import.meta.dirname, 'lease-thread.js'), {
    workerData: task,
    resourceLimits: threadHeap,
  });
  const troubles = new Set<string>();
  const exited = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  const taken = await new Promise<Result<NamedLease | undefined, Failure>>((resolve) => {
    worker.on('message', (message: FromLease) => {
      if (message.kind === 'taken') resolve(ok(message.lease));
      else if (message.kind === 'unwanted') resolve(ok(undefined));
      else if (message.kind === 'failed') resolve(fail(message.failure));
      else if (message.kind === 'waiting') onWaiting(message.message);
      else troubles.add(message.message);
    });
    worker.on('error', ({ message }) => {
      troubles.add(`the lease is not renewed any more: ${message}`);
      resolve(fail({ reason: 'database-unreadable', message: `the lease cannot be taken: ${message}` }));
    });
  });
  if (!taken.ok) return taken;
  const lease = taken.value;
  if (lease === undefined) return ok(undefined);
  return ok({
    lease,
    async release() {
      worker.postMessage({ kind: 'release' } satisfies ReleaseLease);
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, releasePatienceMs))]);
      return [...troubles];
    },
  });
}

/**
 * Whether there may be a lease to take. Most users have no config file, and most of them no leases in it: who asks for
 * none waits for nothing.
 */
export function mayTakeLease(name: string | undefined, config: string): boolean {
  if (name !== undefined) return true;
  try {
    const stats = statSync(config, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size <= maxConfigBytes && readFileSync(config, 'utf8').includes('leases');
  } catch {
    // Who reads it later tells what is wrong with it.
    return false;
  }
}
