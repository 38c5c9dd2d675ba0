import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { LeaseClaim, LeaseHolder, Leases } from '../../src/domain/named-lease.ts';
import { openLeases } from '../../src/store/leases.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import {
  failureOf,
  sampleBatch,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from './fixtures/samples.ts';

const one = sampleId('01A');
const other = sampleId('01B');

let paths: ReturnType<typeof temporaryPaths>;
let over: Set<string>;

beforeEach(() => {
  paths = temporaryPaths();
  over = new Set();
});

const claimOf = (sessionId: string): LeaseClaim => ({
  sessionId,
  agent: 'claude',
  workingDirectory: '/work',
  host: 'here',
  process: { pid: 42, startTicks: 7 },
  bootId: 'boot',
});

/** Of these a holder is over when the test says so. */
function open(isOver = ({ sessionId }: LeaseHolder) => over.has(sessionId)): Leases {
  const leases = valueOf(openLeases(paths.database, isOver));
  onTestFinished(() => leases.close());
  return leases;
}

describe('a lease', () => {
  it('is had by one at a time, and the other is told all of him', () => {
    const leases = open();
    expect(valueOf(leases.take('deploy', claimOf(one), 1000))).toEqual({ taken: { name: 'deploy', token: 1 } });
    const takenAt = expect.stringMatching(/^20.*Z$/) as string;
    const heldBy = { ...claimOf(one), takenAt, expiresMs: 1000 };
    expect(valueOf(open().take('deploy', claimOf(other), 1000))).toEqual({ heldBy });
    expect(valueOf(leases.take('another', claimOf(other), 1000))).toEqual({ taken: { name: 'another', token: 1 } });
  });

  it('is renewed by who has it', () => {
    const leases = open();
    valueOf(leases.take('deploy', claimOf(one), 1000));
    expect(valueOf(leases.renew({ name: 'deploy', token: 1 }, one, 2000))).toBe(true);
    expect(valueOf(leases.take('deploy', claimOf(other), 1))).toMatchObject({ heldBy: { expiresMs: 2000 } });
    expect(valueOf(leases.renew({ name: 'deploy', token: 1 }, other, 3000))).toBe(false);
    expect(valueOf(leases.renew({ name: 'deploy', token: 2 }, one, 3000))).toBe(false);
    expect(valueOf(leases.renew({ name: 'other', token: 1 }, one, 3000))).toBe(false);
  });

  it('goes to the next one when it is given back, with a greater token', () => {
    const leases = open();
    valueOf(leases.take('deploy', claimOf(one), 1000));
    expect(valueOf(leases.release({ name: 'deploy', token: 1 }, one))).toBe(true);
    expect(valueOf(leases.release({ name: 'deploy', token: 1 }, one))).toBe(false);
    expect(valueOf(leases.take('deploy', claimOf(other), 1000))).toEqual({ taken: { name: 'deploy', token: 2 } });
  });

  it('goes to the next one when its holder is over, who can neither renew it nor give it back then', () => {
    const leases = open();
    valueOf(leases.take('deploy', claimOf(one), 1000));
    over.add(one);
    expect(valueOf(leases.take('deploy', claimOf(other), 1000))).toEqual({ taken: { name: 'deploy', token: 2 } });
    expect(valueOf(leases.renew({ name: 'deploy', token: 1 }, one, 2000))).toBe(false);
    expect(valueOf(leases.release({ name: 'deploy', token: 1 }, one))).toBe(false);
    over.clear();
    expect(valueOf(leases.take('deploy', claimOf(one), 1000))).toMatchObject({ heldBy: { sessionId: other } });
  });

  it('stays with a holder whose time is over, as long as nobody else has taken it', () => {
    const leases = open();
    valueOf(leases.take('deploy', claimOf(one), 1000));
    over.add(one);
    expect(valueOf(leases.renew({ name: 'deploy', token: 1 }, one, 2000))).toBe(true);
  });

  it('is lost with the database, though the next token is the same', () => {
    const leases = open();
    valueOf(leases.take('deploy', claimOf(one), 1000));
    for (const end of ['', '-wal', '-shm']) rmSync(paths.database + end, { force: true });
    expect(valueOf(open().take('deploy', claimOf(other), 1000))).toEqual({ taken: { name: 'deploy', token: 1 } });
    expect(valueOf(leases.renew({ name: 'deploy', token: 1 }, one, 2000))).toBe(false);
    expect(valueOf(leases.release({ name: 'deploy', token: 1 }, one))).toBe(false);
    expect(valueOf(leases.take('deploy', claimOf(one), 1000))).toMatchObject({ heldBy: { sessionId: other } });
  });

  it('cannot be had where there can be no database', () => {
    const nowhere = openLeases('/dev/null/data/ridealong.db', () => false);
    expect(failureOf(nowhere).reason).toBe('database-unreadable');
  });
});

describe('a batch of a session under a lease', () => {
  const lease = { name: 'deploy', token: 1 };
  const session = sampleSession({ id: one, lease });
  const free = sampleBatch({ stdout: 0, stderr: 0 }, [sampleEvent()]);
  const batch = { ...free, lease };

  it('is committed while the session has it, and refused from then on; without the lease it is not asked for', () => {
    const leases = open();
    const store = valueOf(openStore(paths));
    valueOf(leases.take('deploy', claimOf(one), 1000));
    valueOf(store.addSession(session));
    expect(valueOf(store.commit(one, batch))).toBe('committed');
    over.add(one);
    valueOf(leases.take('deploy', claimOf(other), 1000));
    const next = { ...batch, from: batch.to, to: { stdout: 200, stderr: 0 } };
    expect(failureOf(store.commit(one, next)).reason).toBe('lease-lost');
    expect(valueOf(store.checkpointOf(one))?.checkpoint.stdout).toBe(100);
    expect(valueOf(store.commit(one, { ...free, from: next.from, to: next.to }))).toBe('committed');
    store.close();
  });

  it('is refused when the lease was given back', () => {
    const leases = open();
    const store = valueOf(openStore(paths));
    valueOf(leases.take('deploy', claimOf(one), 1000));
    valueOf(store.addSession(session));
    valueOf(leases.release(lease, one));
    expect(failureOf(store.commit(one, batch)).reason).toBe('lease-lost');
    store.close();
  });

  it('tells the name of the lease with the session', () => {
    const store = valueOf(openStore(paths));
    valueOf(store.addSession(session));
    valueOf(store.addSession(sampleSession({ id: other })));
    store.close();
    const reader = valueOf(openReader(paths.database));
    expect(valueOf(reader.findSession(one)).lease_name).toBe('deploy');
    expect(valueOf(reader.findSession(other)).lease_name).toBeNull();
    reader.close();
  });
});
