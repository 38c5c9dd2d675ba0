import { expect, it } from 'vitest';
import { parseDuration } from '../../src/cli/duration.ts';

it.each([
  ['2', 2000],
  ['2s', 2000],
  ['1.5s', 1500],
  ['500ms', 500],
  ['1m', 60_000],
  ['1h', 3_600_000],
  ['1m30s', 90_000],
  ['1m1.5s', 61_500],
  ['0', 0],
  ['61m', undefined],
  ['-1', undefined],
  ['2 s', undefined],
  ['1e3', undefined],
  ['1m30', undefined],
  ['1.5.5s', undefined],
  ['', undefined],
])('%j is %j milliseconds', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

it('may be longer where that makes sense', () => {
  expect(parseDuration('61m', 7_200_000)).toBe(3_660_000);
  expect(parseDuration('3h', 7_200_000)).toBeUndefined();
});
