import { describe, expect, it } from 'vitest';
import { boundedRegex } from '../../src/extract/bounded-regex.ts';
import { runnable } from '../../src/extract/linear-regex.ts';
import { regexError } from '../../src/extract/regex-error.ts';
import { randomLine, randomRegex } from './support/random-regex.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Whether V8 can run the regex as it was rewritten on its linear engine. */
function isLinear(regex: string, flags: string): boolean {
  boundedRegex('', '');
  const execution = runnable(regex, flags);
  if (execution?.linear !== true) return false;
  try {
    return new RegExp(execution.source, `${execution.flags}l`).flags.includes('l');
  } catch {
    return false;
  }
}

/** The engines differ in whether a group that matched nothing took part; for us both are nothing. */
const captures = (match: RegExpExecArray) => Array.from<string | undefined, string>(match, (text) => text ?? '');

describe('a regex made linear', () => {
  it.each([
    ['foo', 'i'],
    ['[a-f]+ Σ?✓', ''],
    ['[^a-c]x', 'i'],
    ['key: \\d+', 'u'],
    ['ghp_[A-Za-z0-9]{36}', ''],
    ['[0-9a-f]{7,40}', 'i'],
    ['a{20,}', ''],
  ])('is possible for /%s/%s', (regex, flags) => {
    expect(isLinear(regex, flags)).toBe(true);
  });

  it.each([
    ['(?=a)b', ''],
    ['(a)\\1', ''],
    ['é', 'i'],
    ['\\p{L}', 'u'],
    ['.', 'u'],
    ['(?:ab){20}', ''],
    ['(?:a*)+b', ''],
  ])('is not possible for /%s/%s', (regex, flags) => {
    expect(isLinear(regex, flags)).toBe(false);
  });

  it('matches the same as before, with all captures, on both engines', () => {
    const random = seededRandom();
    let linear = 0;
    for (let round = 0; round < 2000; round += 1) {
      const regex = randomRegex(random, 2);
      const flags = random.oneOf(['', 'i', 'u', 'iu']);
      if (regexError(regex, flags) !== undefined) continue;
      const { source, flags: newFlags } = runnable(regex, flags) ?? { source: '', flags: '' };
      const variants = [`d${newFlags}`, ...(isLinear(regex, flags) ? ['', 'l'] : [])];
      if (variants.includes('l')) linear += 1;
      for (let lines = 0; lines < 8; lines += 1) {
        const line = randomLine(random, 24);
        // Flag d, because without it V8 may change to the engine that is to be compared with.
        const expected = new RegExp(regex, `d${flags}`).exec(line);
        for (const variant of variants) {
          const actual = new RegExp(source, variant).exec(line);
          const name = `seed ${random.seed}: /${regex}/${flags} as /${source}/${variant} on ${JSON.stringify(line)}`;
          expect(actual?.index, name).toBe(expected?.index);
          expect(actual && captures(actual), name).toEqual(expected && captures(expected));
        }
      }
    }
    expect(linear).toBeGreaterThan(300);
  });
});
