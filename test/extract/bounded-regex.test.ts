import { describe, expect, it } from 'vitest';
import { boundedRegex } from '../../src/extract/bounded-regex.ts';
import { runnable } from '../../src/extract/linear-regex.ts';

const bounded = (regex: string, flags = '') => boundedRegex(regex, flags, runnable(regex, flags));

describe('a bounded regex', () => {
  it('finds all matches that are not empty', () => {
    const matches = bounded('a*').matchesOf('aa b a');
    expect(matches === 'took-too-long' ? matches : matches.map(([text]) => text)).toEqual(['aa', 'a']);
  });

  it('finds the same in a long line as in a short one', () => {
    const regex = bounded('(?<word>x[A-Z]+)', 'i');
    const [short] = regex.matchesOf('- xyz -');
    const [long] = regex.matchesOf(`${'-'.repeat(60_000)} xyz -`);
    expect(long).toMatchObject({ 0: 'xyz', index: 60_001, groups: { word: 'xyz' } });
    expect(short).toMatchObject({ 0: 'xyz', groups: { word: 'xyz' } });
  });

  it('does not change its mind about what matched when it backtracks often', () => {
    // Here the engines differ in the group, so changing over in the middle would show.
    const regex = '((?:s{2}B{1,3}\\w|[^b]+B{0,2})?){1,3}-?a{1,3}';
    for (const length of [10, 40, 80, 120]) {
      const found = bounded(regex).matchesOf(`${'k'.repeat(length)}b ſſa-1`);
      expect(found === 'took-too-long' ? found : found.map((match) => match[1])).toEqual([' ſſ']);
    }
    expect(() => new RegExp(regex, 'dl')).toThrow(SyntaxError);
  });

  const long = 64 * 1024;
  it.each([
    ['(a+)+$', '', `${'a'.repeat(long - 1)}!`],
    ['(a+)+$', 'i', `${'a'.repeat(long - 1)}!`],
    ['(a+)+$', 'u', `${'a'.repeat(long - 1)}!`],
    ['(.*a){20}', '', `${'a'.repeat(long - 1)}!`],
    ['(.*a){20}$', '', `${'a'.repeat(long - 1)}!`],
    ['^(\\w+\\s?)*$', '', `${'a'.repeat(long - 1)}!`],
    ['^(\\w+\\s?)*$', 'i', `${'a'.repeat(long - 1)}!`],
    ['(a+)+(?=b)$', '', 'a'.repeat(long)],
    ['(a|a)*(?!a)b', '', 'a'.repeat(long)],
    ['(a+)+\\1$', '', `${'a'.repeat(long - 1)}!`],
    ['.*a.*a.*a.*a(?=c)', '', 'a'.repeat(long)],
    ['\\w*\\w*\\w*@', '', 'a'.repeat(long)],
    ['a(?:.*X)?', '', 'a'.repeat(long)],
    ['(?:a*)*b', '', 'a'.repeat(long)],
    ['(?:\\p{L}+)+$', 'u', `${'é'.repeat(long - 1)}!`],
  ])('/%s/%s comes to an end on 64 KiB, and on every shorter line', (regex, flags, line) => {
    const tried = bounded(regex, flags);
    const start = performance.now();
    for (const length of [line.length, 4096, 2048, 200, 40]) tried.matchesOf(line.slice(-length));
    // Each may take its time limit twice; what is not stopped is far quicker.
    expect(performance.now() - start).toBeLessThan(5 * 2 * 400 + 10_000);
  });

  it('gives up where nothing else helps', () => {
    expect(bounded('(a+)+(?=b)$').matchesOf('a'.repeat(200))).toBe('took-too-long');
  });
});
