import { describe, expect, it } from 'vitest';
import { regexError } from '../../src/extract/regex-error.ts';
import { requiredLiterals } from '../../src/extract/required-literals.ts';
import { randomLine, randomRegex } from './support/random-regex.ts';
import { seededRandom } from '../support/seeded-random.ts';

describe('the literals that a regex requires', () => {
  it.each([
    ['error: .*', '', ['error: ']],
    ['Error: .*', '', ['error: ']],
    ['^\\s*(?:error|warning):', '', ['error:', 'warning:']],
    ['gr[ae]y', '', ['gray', 'grey']],
    ['\\w+@example', '', ['@example']],
    ['(?<a>ab){3}', '', ['ababab']],
    ['(?:ab)+x?', '', ['ab']],
    ['colou?r', '', ['color', 'colour']],
    ['foo(?=bar)', '', ['foo']],
    ['✓ done', '', ['✓ done']],
    ['🌐 .*', '', ['🌐 ']],
    ['🌐+ x', '', [' x']],
    ['^> ', '', ['\n> ']],
    ['(?:^|x)ab', '', ['\nab', 'xab']],
    ['^^ab', '', ['\nab']],
    ['ERROR ünd', 'i', ['error ']],
  ])('of /%s/%s are %j', (regex, flags, literals) => {
    expect(requiredLiterals(regex, flags)).toEqual(literals);
  });

  it.each([
    ['\\d+', ''],
    ['foo|\\d', ''],
    ['(?:foo)?', ''],
    ['(?:foo)*', ''],
    ['[^a]', ''],
    ['[a-z]', ''],
    ['é', 'i'],
    ['k', 'iu'],
    ['^$', ''],
    ['^\\d', ''],
  ])('of /%s/%s are none', (regex, flags) => {
    expect(requiredLiterals(regex, flags)).toBeUndefined();
  });

  it('prefers the set whose shortest literal is longest', () => {
    expect(requiredLiterals('a.*(?:token|tokens) used.*b', '')).toEqual(['token used', 'tokens used']);
  });

  it('has one of them in every line that matches', () => {
    const random = seededRandom();
    let matching = 0;
    for (let round = 0; round < 3000; round += 1) {
      // Loops in groups in groups, on long lines, keep a backtracking engine busy for minutes, once in a blue moon.
      const regex = randomRegex(random, 2);
      const flags = random.oneOf(['', 'i', 'u', 'iu']);
      if (regexError(regex, flags) !== undefined) continue;
      const literals = requiredLiterals(regex, flags);
      if (literals === undefined) continue;
      for (let lines = 0; lines < 20; lines += 1) {
        const line = randomLine(random, 20);
        if (!new RegExp(regex, flags).test(line)) continue;
        matching += 1;
        const folded = `\n${line}`.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        const found = literals.some((literal) => folded.includes(literal));
        expect(found, `seed ${random.seed}: /${regex}/${flags} on ${JSON.stringify(line)}`).toBe(true);
      }
    }
    expect(matching).toBeGreaterThan(300);
  });
});
