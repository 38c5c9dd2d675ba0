import { describe, expect, it } from 'vitest';
import { createPressure } from '../../src/guard/pressure.ts';

const mebibyte = 1024 * 1024;

function pressure() {
  const told: (string | undefined)[] = [];
  const time = { nowMs: 0 };
  const settings = { maxLagBytes: 10 * mebibyte, maxHeapBytes: 100 * mebibyte, forcedMs: 1000 };
  const felt = createPressure(
    settings,
    () => time.nowMs,
    (why) => told.push(why),
  );
  return {
    told,
    pass: (ms: number) => (time.nowMs += ms),
    isTooMuch: (lag: number, heap = 0, isStoring = true) =>
      felt.isTooMuch({ lagBytes: lag * mebibyte, heapBytes: heap * mebibyte, isStoring }),
  };
}

describe('extraction under pressure', () => {
  it('rests for a while, and is told so once', () => {
    const { isTooMuch, pass, told } = pressure();
    expect(isTooMuch(9)).toBe(false);
    expect(isTooMuch(10)).toBe(true);
    pass(999);
    expect(isTooMuch(0)).toBe(true);
    pass(1);
    expect(isTooMuch(0)).toBe(false);
    expect(told).toEqual(['extraction is 10.0 MiB behind', undefined]);
  });

  it('catches up although more comes, as long as it does not fall behind by as much again', () => {
    const { isTooMuch, pass } = pressure();
    expect(isTooMuch(12)).toBe(true);
    pass(1000);
    expect([isTooMuch(30), isTooMuch(39), isTooMuch(40)]).toEqual([false, false, true]);
  });

  it('has its old bound again when it has caught up', () => {
    const { isTooMuch, pass } = pressure();
    expect(isTooMuch(12)).toBe(true);
    pass(1000);
    expect([isTooMuch(12), isTooMuch(0), isTooMuch(10)]).toEqual([false, false, true]);
  });

  it('does not rest once more behind a store that has rested, but catches up', () => {
    const { isTooMuch, told } = pressure();
    expect([isTooMuch(9, 0, false), isTooMuch(12, 0, false), isTooMuch(30, 0, false)]).toEqual([false, false, false]);
    expect([isTooMuch(31), isTooMuch(39), isTooMuch(20), isTooMuch(0), isTooMuch(9)]).toEqual(Array(5).fill(false));
    expect(told).toEqual([]);
    expect(isTooMuch(10)).toBe(true);
  });

  it('falls behind by as much again before it rests, where more comes than it can catch up with', () => {
    const { isTooMuch } = pressure();
    expect([isTooMuch(7, 0, false), isTooMuch(9), isTooMuch(16), isTooMuch(17)]).toEqual([false, false, false, true]);
  });

  it('rests for memory, too', () => {
    const { isTooMuch, told } = pressure();
    expect(isTooMuch(0, 100)).toBe(true);
    expect(told).toEqual(['extraction takes 100.0 MiB of memory']);
  });
});
