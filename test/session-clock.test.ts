import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSessionClock, type SessionClock } from '../src/session-clock.ts';

let asked = 0;
let clock: SessionClock;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:02.000Z') });
  asked = 0;
  clock = createSessionClock({ startedAt: '2026-01-01T00:00:00.000Z', ask: () => (asked += 1) });
});

afterEach(() => {
  vi.useRealTimers();
});

const second = 1_000_000;

describe('the clock of a session', () => {
  it('goes on from the start of the session, and from where it was told last', () => {
    expect(clock.nowUs()).toBe(2 * second);
    clock.told(3 * second);
    vi.advanceTimersByTime(500);
    expect(clock.nowUs()).toBe(3.5 * second);
    expect(clock.toldUs).toBe(3 * second);
  });

  it('does not go by the clock on the wall, which may be set', () => {
    vi.setSystemTime('2030-01-01');
    expect(clock.nowUs()).toBe(2 * second);
  });

  it('asks a little after a moment, once until it is answered', () => {
    clock.askAfter(3 * second);
    vi.advanceTimersByTime(1004);
    expect(asked).toBe(0);
    vi.advanceTimersByTime(1);
    expect(asked).toBe(1);
    clock.askAfter(3 * second);
    clock.told(3 * second);
    clock.askAfter(3 * second);
    vi.runAllTimers();
    expect(asked).toBe(1);
    clock.answered(3 * second);
    clock.askAfter(4 * second);
    vi.runAllTimers();
    expect(asked).toBe(2);
  });

  it('asks after the earliest of several moments', () => {
    for (const timeUs of [5 * second, 3 * second, 4 * second]) clock.askAfter(timeUs);
    vi.advanceTimersByTime(1005);
    expect(asked).toBe(1);
    vi.runAllTimers();
    expect(asked).toBe(1);
  });

  it('asks at once after a moment that has passed', () => {
    clock.askAfter(0);
    vi.advanceTimersByTime(0);
    expect(asked).toBe(1);
  });
});
