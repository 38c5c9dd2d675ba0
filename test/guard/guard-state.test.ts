import { describe, expect, it } from 'vitest';
import type { Failure, StorageFault } from '../../src/domain/failure.ts';
import {
  afterFailure,
  afterSuccess,
  cleared,
  effectiveMode,
  forcedByUser,
  type GuardState,
  isProbeDue,
  untroubled,
} from '../../src/guard/guard-state.ts';

const forcedMs = 30_000;
const busy: Failure = { reason: 'database-busy', message: 'locked' };
const faulty = (fault: StorageFault): Failure => ({ reason: 'database-unreadable', message: `it is ${fault}`, fault });
const at = (nowMs: number, random = 0.5) => ({ nowMs: () => nowMs, random: () => random });
const failing = (state: GuardState, failure: Failure, nowMs = 1_000_000, random = 0.5) =>
  afterFailure(state, failure, forcedMs, at(nowMs, random));

describe('the mode of storage', () => {
  it('is the base mode while nothing is forced', () => {
    expect(effectiveMode(untroubled, 'full', 0)).toBe('full');
    expect(effectiveMode(untroubled, 'record', 0)).toBe('record');
    expect(isProbeDue(untroubled, 0)).toBe(false);
  });

  it.each(['full', 'read-only', 'forbidden'] as const)('is record at once when the store is %s', (fault) => {
    const state = failing(untroubled, faulty(fault));
    expect(state).toEqual({
      failures: 1,
      degraded: 1,
      restored: 0,
      forced: { mode: 'record', by: 'guard', reason: `it is ${fault}`, sinceMs: 1_000_000, untilMs: 1_030_000 },
    });
    expect(effectiveMode(state, 'full', 1_000_001)).toBe('record');
  });

  it.each([busy, faulty('input-output')])('is record after three failures in a row that may pass: %j', (failure) => {
    const second = failing(failing(untroubled, failure), failure);
    expect(effectiveMode(second, 'full', 1_000_000)).toBe('full');
    expect(effectiveMode(failing(second, failure), 'full', 1_000_000)).toBe('record');
    const anew = failing(afterSuccess(second, at(0)), failure);
    expect(effectiveMode(failing(anew, failure), 'full', 1_000_000)).toBe('full');
  });

  it('lasts a tenth less or more than it should, and until somebody has tried', () => {
    const untilMs = (random: number) => failing(untroubled, faulty('full'), 0, random).forced?.untilMs;
    expect([untilMs(0), untilMs(0.5), untilMs(1)]).toEqual([27_000, 30_000, 33_000]);
    const state = failing(untroubled, faulty('full'), 0);
    expect([29_999, 30_000].map((nowMs) => isProbeDue(state, nowMs))).toEqual([false, true]);
    expect(effectiveMode(state, 'full', 1_000_000)).toBe('record');
  });

  it('is forced again by a probe that fails, however it fails, and counts as one fault', () => {
    const first = failing(untroubled, faulty('full'), 0);
    const again = failing(first, busy, 30_000);
    expect(again).toMatchObject({
      failures: 2,
      degraded: 1,
      forced: { reason: 'locked', sinceMs: 0, untilMs: 60_000 },
    });
    expect(afterSuccess(again, at(60_000))).toEqual({ failures: 0, degraded: 1, restored: 1, restoredMs: 60_000 });
  });

  it('is probed at once for damage, but not over and over', () => {
    const damaged = failing(untroubled, faulty('damaged'), 100_000);
    expect(isProbeDue(damaged, 100_000)).toBe(true);
    const back = failing(afterSuccess(damaged, at(100_100)), faulty('damaged'), 100_200);
    expect(isProbeDue(back, 100_200)).toBe(false);
    expect(back.forced?.isDamage).toBe(true);
    // What was found then is still to be looked for, whatever else goes wrong meanwhile.
    expect(failing(back, faulty('full'), 130_000).forced?.isDamage).toBe(true);
  });

  it('is the user’s for its time, whatever the store does', () => {
    const wanted = { mode: 'passthrough', reason: ' moving\nthe disk ', ttlMs: 1000 } as const;
    const state = failing(forcedByUser(untroubled, wanted, at(0)), faulty('full'), 10);
    expect(state.forced).toMatchObject({ mode: 'passthrough', by: 'user', reason: 'moving the disk' });
    expect([999, 1000].map((nowMs) => effectiveMode(state, 'full', nowMs))).toEqual(['passthrough', 'full']);
    expect(isProbeDue(state, 2000)).toBe(false);
  });

  it('can be raised by the user, and a store that fails then lowers it', () => {
    const state = forcedByUser(untroubled, { mode: 'full', reason: 'now', ttlMs: 1000 }, at(0));
    expect(effectiveMode(state, 'record', 10)).toBe('full');
    expect(effectiveMode(failing(state, faulty('full'), 20), 'record', 30)).toBe('record');
  });

  it('is not forced any more when that is cleared', () => {
    expect(cleared(failing(untroubled, faulty('full'), 0), at(7))).toEqual({
      failures: 0,
      degraded: 1,
      restored: 1,
      restoredMs: 7,
    });
  });

  it('keeps a reason to one short line', () => {
    const reason = failing(untroubled, { ...faulty('full'), message: `a\n${'b'.repeat(500)}` }).forced?.reason ?? '';
    expect(reason).toMatch(/^a b+…$/);
    expect(reason).toHaveLength(200);
  });
});
