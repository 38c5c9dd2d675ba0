import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Failure } from './domain/failure.ts';
import {
  type LeaseClaim,
  type LeaseHolder,
  type Leases,
  leaseHeld,
  leaseLost,
  leaseWaiting,
} from './domain/named-lease.ts';
import { fail, ok, type Result } from './domain/result.ts';
import type { NamedLease } from './domain/session.ts';
import { bootId, sinceBootMs } from './guard/boot-clock.ts';
import { leaseFor } from './guard/lease-for.ts';
import { leaseIsOver } from './guard/lease-is-over.ts';
import { type Pass, stopGateOf } from './guard/stop-gate.ts';
import type { FromLease, LeaseTask } from './lease-messages.ts';
import { readConfig } from './read-config.ts';
import { isRunning } from './recording/process-identity.ts';
import { openLeases } from './store/leases.ts';

/*
 * The thread that takes a lease before the child is started, and renews it
 * until the session is over: one of its own, so that nothing keeps it from
 * that but what stops the whole process.
 */

/** How long who waits leaves the database alone. */
const retryMs = 100;

/** How long who does not wait for the lease waits for the database, should somebody write to it all the time. */
const databasePatienceMs = 10_000;

/** How often a lease is renewed in its time to live: a few of them may fail. */
const renewalsPerLife = 4;

if (parentPort) void begin(parentPort, workerData as LeaseTask);

async function begin(port: MessagePort, task: LeaseTask): Promise<void> {
  const tell = (message: FromLease) => port.postMessage(message);
  const { settings } = await readConfig(task.paths.config);
  const { ttlMs, take } = settings.leases;
  const name = task.name ?? leaseFor(take, task.claim);
  if (name === undefined) {
    tell({ kind: 'unwanted' });
    return;
  }
  const claim = { ...task.claim, bootId: bootId() };
  const here = { host: hostname(), bootId: claim.bootId, sinceBootMs, isRunning };
  const { pass } = stopGateOf(task.stopGate);
  const opened = pass(() => openLeases(task.paths.database, (holder) => leaseIsOver(holder, here)));
  if (!opened.ok) {
    tell({ kind: 'failed', failure: opened.failure });
    return;
  }
  const wanted = { name, claim, ttlMs, waitMs: task.waitMs };
  const leases = through(pass, opened.value);
  const taken = await takeInTime(leases, wanted, (message) => tell({ kind: 'waiting', message }));
  if (!taken.ok) {
    tell({ kind: 'failed', failure: taken.failure });
    return;
  }
  tell({ kind: 'taken', lease: taken.value });
  keep(port, leases, { lease: taken.value, sessionId: claim.sessionId, ttlMs });
}

/** A stop of this process waits until none of this is going on. */
function through(pass: Pass, leases: Leases): Leases {
  return {
    take: (...wanted) => pass(() => leases.take(...wanted)),
    renew: (...renewed) => pass(() => leases.renew(...renewed)),
    release: (...released) => pass(() => leases.release(...released)),
    close: () => pass(() => leases.close()),
  };
}

async function takeInTime(
  leases: Leases,
  wanted: { readonly name: string; readonly claim: LeaseClaim; readonly ttlMs: number; readonly waitMs: number },
  onWaiting: (message: string) => void,
): Promise<Result<NamedLease, Failure>> {
  const { name, claim, ttlMs, waitMs } = wanted;
  const startMs = performance.now();
  let isTold = false;
  for (;;) {
    const outcome = leases.take(name, claim, sinceBootMs() + ttlMs);
    const waitedMs = performance.now() - startMs;
    if (!outcome.ok) {
      const patienceMs = Math.max(waitMs, databasePatienceMs);
      if (outcome.failure.reason !== 'database-busy' || waitedMs >= patienceMs) return outcome;
    } else if ('taken' in outcome.value) {
      return ok(outcome.value.taken);
    } else {
      const { heldBy } = outcome.value;
      if (waitedMs >= waitMs) return fail(leaseHeld(name, heldBy, expiryOf(heldBy), waitMs));
      if (!isTold) onWaiting(leaseWaiting(name, heldBy, expiryOf(heldBy)));
      isTold = true;
    }
    await sleep(retryMs);
  }
}

const expiryOf = ({ expiresMs }: LeaseHolder) => new Date(Date.now() + expiresMs - sinceBootMs());

/** Renews the lease, and gives it back when it is told to. */
function keep(
  port: MessagePort,
  leases: Leases,
  { lease, sessionId, ttlMs }: { readonly lease: NamedLease; readonly sessionId: string; readonly ttlMs: number },
): void {
  const timer = setInterval(() => {
    const renewed = leases.renew(lease, sessionId, sinceBootMs() + ttlMs);
    // A database that does not answer now answers nobody else: the lease is still ours when it does again.
    if (renewed.ok && !renewed.value) lose();
  }, ttlMs / renewalsPerLife);

  function lose() {
    clearInterval(timer);
    port.postMessage({ kind: 'lost', message: leaseLost(lease.name).message } satisfies FromLease);
  }

  // There is but one message: `ReleaseLease`.
  port.once('message', () => {
    clearInterval(timer);
    const released = leases.release(lease, sessionId);
    if (released.ok && !released.value) lose();
    leases.close();
  });
}
