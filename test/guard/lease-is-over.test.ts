import { describe, expect, it } from 'vitest';
import type { LeaseHolder } from '../../src/domain/named-lease.ts';
import { bootId, sinceBootMs } from '../../src/guard/boot-clock.ts';
import { type Here, leaseIsOver } from '../../src/guard/lease-is-over.ts';

const holder: LeaseHolder = {
  sessionId: '01A',
  agent: 'claude',
  workingDirectory: '/work',
  host: 'here',
  process: { pid: 42, startTicks: 7 },
  bootId: 'boot',
  takenAt: '2025-06-01T12:00:00.000Z',
  expiresMs: 1000,
};
const here: Here = { host: 'here', bootId: 'boot', sinceBootMs: () => 999, isRunning: () => true };

describe('a lease', () => {
  it('is held as long as its holder runs and has renewed it in time', () => {
    expect(leaseIsOver(holder, here)).toBe(false);
  });

  it('is over when it was not renewed in time, though its holder runs', () => {
    expect(leaseIsOver(holder, { ...here, sinceBootMs: () => 1000 })).toBe(true);
  });

  it('is over at once when its holder is gone', () => {
    expect(leaseIsOver(holder, { ...here, isRunning: () => false })).toBe(true);
  });

  it('is over when the machine was started again, whatever the times say', () => {
    expect(leaseIsOver(holder, { ...here, bootId: 'another boot' })).toBe(true);
  });

  it('is held in another container as long as it is renewed: its processes cannot be seen', () => {
    const elsewhere = { ...here, host: 'elsewhere', isRunning: () => false };
    expect(leaseIsOver(holder, elsewhere)).toBe(false);
    expect(leaseIsOver(holder, { ...elsewhere, sinceBootMs: () => 1000 })).toBe(true);
  });
});

describe('the clock of the machine’s start', () => {
  it('only goes forth, and its start has a name', () => {
    const ms = sinceBootMs();
    expect(ms).toBeGreaterThan(0);
    expect(sinceBootMs()).toBeGreaterThanOrEqual(ms);
    expect(bootId()).toBe(bootId());
  });
});
