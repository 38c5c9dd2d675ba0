import { describe, expect, it } from 'vitest';
import { createPace, type Pace } from '../../src/replay/pace.ts';

/** When moments at these times are due, each passed on as soon as it is. */
function dueTimes(pace: Pace, ...timesUs: readonly number[]): number[] {
  return timesUs.map((timeUs) => {
    const due = pace.due(timeUs);
    pace.pass(timeUs);
    return due;
  });
}

describe('a pace', () => {
  it.each([
    [1, [1_000, 1_001.5, 3_000]],
    [2, [1_000, 1_000.75, 2_000]],
    [0.1, [1_000, 1_015, 21_000]],
    [100, [1_000, 1_000.015, 1_020]],
    ['max' as const, [1_000, 1_000, 1_000]],
  ])('keeps the time between moments, at speed %s', (speed, expected) => {
    const times = dueTimes(createPace({ now: 1_000, speed }), 0, 1_500, 2_000_000);
    expect(times.map((time) => Number(time.toFixed(6)))).toEqual(expected);
  });

  it('cuts what is longer than the idle limit down to it, before the speed counts', () => {
    const pace = createPace({ now: 0, speed: 2, idleLimitUs: 1_000_000 });
    expect(dueTimes(pace, 500_000, 60_500_000, 61_000_000)).toEqual([250, 750, 1_000]);
  });

  it('adds nothing up when each moment is passed on late', () => {
    const pace = createPace({ now: 0, speed: 3 });
    for (let count = 1; count <= 100_000; count += 1) pace.pass(count * 7);
    expect(pace.due(700_000)).toBeCloseTo(700 / 3, 6);
  });

  it('goes on after a pause from where it was', () => {
    const pace = createPace({ now: 0, speed: 1 });
    pace.pause(400);
    expect(pace.due(1_000_000)).toBe(Infinity);
    expect(pace.timeUs(9_999, 1_000_000)).toBe(400_000);
    pace.resume(10_000);
    expect(pace.due(1_000_000)).toBe(10_600);
  });

  it('counts what was waited before a pause against the idle limit', () => {
    const pace = createPace({ now: 0, speed: 1, idleLimitUs: 1_000_000 });
    pace.pause(400);
    pace.resume(10_000);
    expect(pace.due(60_000_000)).toBe(10_600);
  });

  it.each([
    ['a speed', (pace: Pace) => pace.setSpeed(500, 10), 550],
    ['no waiting at all', (pace: Pace) => pace.setSpeed(500, 'max'), 500],
    ['an idle limit', (pace: Pace) => pace.setIdleLimit(500, 600_000), 600],
    ['an idle limit that is over already', (pace: Pace) => pace.setIdleLimit(500, 100_000), 500],
  ])('takes %s from now on', (_, change, due) => {
    const pace = createPace({ now: 0, speed: 1 });
    change(pace);
    expect(pace.due(1_000_000)).toBeCloseTo(due, 6);
  });

  it('tells where it is, and never beyond what comes next', () => {
    const pace = createPace({ now: 0, speed: 2 });
    pace.pass(1_000_000);
    expect(pace.timeUs(600, 5_000_000)).toBe(1_200_000);
    expect(pace.timeUs(99_999, 5_000_000)).toBe(5_000_000);
    pace.setIdleLimit(600, 500_000);
    expect(pace.timeUs(99_999, 5_000_000)).toBe(1_500_000);
  });

  it('jumps, paused or not', () => {
    const pace = createPace({ now: 0, speed: 1 });
    pace.jump(100, 9_000_000);
    expect(pace.due(9_500_000)).toBe(600);
    pace.pause(200);
    pace.jump(300, 1_000_000);
    expect(pace.due(1_000_000)).toBe(Infinity);
    expect(pace.timeUs(400, 2_000_000)).toBe(1_000_000);
  });
});
