import { describe, expect, it } from 'vitest';
import type { Pack } from '../../src/domain/pattern.ts';
import { createExtractor } from '../../src/extract/extractor.ts';
import { createMatcher } from '../../src/extract/matcher.ts';
import { packsForAgent } from '../../src/extract/packs-for-agent.ts';
import { settleOverlaps } from '../../src/extract/settle-overlaps.ts';
import { blockOf } from './support/line-block.ts';
import { packOf } from './support/pack-of.ts';
import { randomLine, randomRegex } from './support/random-regex.ts';
import { seededRandom } from '../support/seeded-random.ts';

const rule = (id: string, regex: string, example: string, rest: Record<string, unknown> = {}) => ({
  id,
  regex,
  examples: { match: [example], no_match: [''] },
  ...rest,
});

function found(packs: readonly Pack[], lines: readonly string[]): string[] {
  const extractor = createExtractor({ matcher: createMatcher(packs), nowMs: () => 0 });
  return extractor.scan(blockOf(lines)).map(({ pattern, matchedValue }) => `${pattern}: ${matchedValue}`);
}

describe('matches of one line', () => {
  it('go to the higher priority where they overlap', () => {
    const pack = packOf([
      rule('general', 'error: \\w+', 'error: x'),
      rule('special', 'disk', 'disk', { priority: 60 }),
    ]);
    expect(found([pack], ['error: disk'])).toEqual(['special: disk']);
  });

  it('go to the longer one of equal priority, then to the earlier one, then to the first pattern', () => {
    expect(found([packOf([rule('short', 'ab', 'ab'), rule('long', 'abc', 'abc')])], ['abc'])).toEqual(['long: abc']);
    expect(found([packOf([rule('late', 'bc', 'bc'), rule('early', 'ab', 'ab')])], ['abc'])).toEqual(['early: ab']);
    expect(found([packOf([rule('first', 'ab', 'ab'), rule('second', 'a[b]', 'ab')])], ['ab'])).toEqual(['first: ab']);
  });

  it('all count where they do not overlap, also of one pattern', () => {
    expect(found([packOf([rule('n', '\\d+', '1'), rule('word', 'up', 'up')])], ['1 up 23'])).toEqual([
      'n: 1',
      'word: up',
      'n: 23',
    ]);
  });
});

describe('packs', () => {
  it('apply to the agents they name, or to all', () => {
    const packs = [
      packOf([], { agents: ['codex'] }),
      packOf([], { agents: ['*'] }),
      packOf([], { agents: ['claude', 'codex'] }),
    ];
    expect(packsForAgent(packs, 'claude').map(({ agents }) => agents)).toEqual([['*'], ['claude', 'codex']]);
  });

  it('replace patterns of earlier packs with the same id', () => {
    expect(found([packOf([rule('a', 'x+', 'x')]), packOf([rule('a', 'y+', 'y')])], ['xx yy'])).toEqual(['a: yy']);
  });
});

describe('sections', () => {
  const codex = packOf(
    [
      rule('tokens', '^(?<tokens>[\\d,]+)$', '290', { section: 'tokens_used' }),
      rule('prompt', '^.+$', 'x', { section: 'user', type: 'prompt' }),
      rule('heading', '^tokens used$', 'tokens used'),
    ],
    {
      sections: [
        { id: 'user', begin: 'user' },
        { id: 'tokens_used', begin: 'tokens used', lines: 1 },
      ],
    },
  );

  it('begin below their heading, which is in no section, and last as long as they say', () => {
    expect(found([codex], ['1', 'tokens used', '2,900', '3'])).toEqual(['heading: tokens used', 'tokens: 2,900']);
  });

  it('last until the next heading of the same pack', () => {
    const other = packOf([], { sections: [{ id: 'user', begin: 'a' }] });
    expect(found([codex, other], ['user', 'a', 'b', 'tokens used', '7', 'c'])).toEqual([
      'prompt: a',
      'prompt: b',
      'heading: tokens used',
      'tokens: 7',
    ]);
  });

  it('need the whole line as their heading', () => {
    expect(found([codex], ['the user', 'b'])).toEqual([]);
  });
});

describe('the prefilter', () => {
  const many = packOf(
    Array.from({ length: 200 }, (_, n) => rule(`p${n}`, `event${n}: (?<value>\\w+)`, `event${n}: x`)),
  );

  it('keeps regexes away from lines that they cannot match', () => {
    const matcher = createMatcher([many]);
    const lines = Array.from({ length: 1000 }, (_, n) =>
      n % 100 === 0 ? `event${n / 10}: yes` : `all quiet in line ${n}`,
    );
    createExtractor({ matcher, nowMs: () => 0 }).scan(blockOf(lines));
    expect(matcher.stats()).toEqual({
      lines: 1000,
      candidateLines: 10,
      regexExecutions: expect.any(Number) as unknown,
    });
    expect(matcher.stats().regexExecutions).toBeLessThan(50);
  });

  it('runs not one regex more on a line for patterns that it says nothing of', () => {
    const patternsNamed = (count: number) =>
      packOf(Array.from({ length: count }, (_, n) => rule(`p${n}`, `event${n}: (?<value>\\w+)`, `event${n}: x`)));
    const lines = Array.from({ length: 1000 }, (_, n) => (n % 10 === 0 ? `event${n % 80}: yes` : `line ${n}`));
    const executionsWith = (count: number) => {
      const matcher = createMatcher([patternsNamed(count)]);
      createExtractor({ matcher, nowMs: () => 0 }).scan(blockOf(lines));
      return matcher.stats().regexExecutions;
    };
    expect(executionsWith(88)).toBe(100);
    expect(executionsWith(500)).toBe(100);
  });

  it('changes nothing about what is found', () => {
    const random = seededRandom();
    let events = 0;
    for (let round = 0; round < 150; round += 1) {
      const patterns = Array.from({ length: 1 + random.below(6) }, (_, n) => {
        const lines = Array.from({ length: 40 }, () => randomLine(random));
        const regex = randomRegex(random, 1);
        const flags = random.oneOf(['', 'i', 'u', 'iu']);
        const match = lines.find(
          (line) => line !== '' && /./.exec(new RegExp(regex, flags).exec(line)?.[0] ?? '') !== null,
        );
        if (match === undefined) return [];
        const noMatch = lines.find(
          (line) => !Array.from(line.matchAll(new RegExp(regex, `${flags}g`))).some(([text]) => text !== ''),
        );
        if (noMatch === undefined) return [];
        const priority = random.below(3);
        return [{ id: `p${n}`, regex, flags, priority, examples: { match: [match], no_match: [noMatch] } }];
      }).flat();
      const pack = packOf(patterns);
      // No line of tildes or backticks comes out of the alphabet, so there are no code blocks.
      const lines = Array.from({ length: 30 }, () => randomLine(random));
      const expected = lines.flatMap((line) => naive(pack, line));
      events += expected.length;
      expect(found([pack], lines), `seed ${random.seed}, round ${round}`).toEqual(expected);
    }
    expect(events).toBeGreaterThan(300);
  });
});

/** Every pattern on the line, as it stands in the pack. */
function naive(pack: Pack, line: string): string[] {
  const matches = pack.patterns.flatMap(({ id, regex, flags, priority }, order) =>
    Array.from(line.matchAll(new RegExp(regex, `d${flags}g`)))
      .filter(([text]) => text !== '')
      .map((match) => ({
        id,
        text: match[0],
        start: match.index,
        end: match.index + match[0].length,
        priority,
        order,
      })),
  );
  return settleOverlaps(matches).map(({ id, text }) => `${id}: ${text}`);
}
