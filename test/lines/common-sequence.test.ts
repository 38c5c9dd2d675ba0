import { describe, expect, it } from 'vitest';
import { commonSequence } from '../../src/lines/common-sequence.ts';
import { seededRandom } from '../support/seeded-random.ts';

const letters = (text: string) => Array.from(text);
const common = (first: string, second: string) =>
  commonSequence(letters(first), letters(second))
    .map(([index]) => first[index])
    .join('');

describe('a common sequence', () => {
  it('is all of two equal lists, and nothing of two that share nothing', () => {
    expect(common('abc', 'abc')).toBe('abc');
    expect(common('abc', 'xyz')).toBe('');
    expect(common('', 'abc')).toBe('');
  });

  it('keeps the order of both', () => {
    expect(common('abcd', 'bxdy')).toBe('bd');
    expect(common('ab', 'ba')).toHaveLength(1);
  });

  it('pairs with the latest of several equal ones, but with what both begin with first', () => {
    expect(commonSequence(['x', 'a'], ['a', 'y', 'a', 'z'])).toEqual([[1, 2]]);
    expect(commonSequence(['a', 'a'], ['a', 'a', 'a'])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  const random = seededRandom();
  it(`is as long as can be, of pairs that are equal and in order (SEED=${random.seed})`, () => {
    const some = () =>
      Array.from({ length: Math.floor(random.next() * 12) }, () => 'abcd'[Math.floor(random.next() * 4)] ?? '');
    for (let round = 0; round < 500; round += 1) {
      const [first, second] = [some(), some()];
      const pairs = commonSequence(first, second);
      expect(pairs.every(([one, other]) => first[one] === second[other])).toBe(true);
      expect(pairs.every(([one, other], index) => index === 0 || isBehind([one, other], pairs[index - 1]))).toBe(true);
      expect(pairs).toHaveLength(longest(first, second));
    }
  });
});

const isBehind = ([one, other]: readonly number[], before: readonly number[] = []) =>
  (one ?? 0) > (before[0] ?? -1) && (other ?? 0) > (before[1] ?? -1);

function longest([a, ...first]: readonly string[], second: readonly string[]): number {
  if (a === undefined) return 0;
  const index = second.indexOf(a);
  const without = longest(first, second);
  return index === -1 ? without : Math.max(without, 1 + longest(first, second.slice(index + 1)));
}
