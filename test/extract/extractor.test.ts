import { describe, expect, it } from 'vitest';
import type { LineBlock } from '../../src/domain/line.ts';
import { createExtractor } from '../../src/extract/extractor.ts';
import { createMatcher } from '../../src/extract/matcher.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { blockOf, cutAt } from './support/line-block.ts';
import { packOf } from './support/pack-of.ts';

const pack = packOf(
  [
    {
      id: 'tokens',
      regex: '(?<tokens>[\\d,]+) tokens(?: in (?<file>\\S+))?(?<note>!)?',
      risk: 'medium',
      auto_confirmable: true,
      examples: { match: ['1 tokens'], no_match: [''] },
    },
    { id: 'reply', type: 'response', regex: '^.+$', section: 'reply', examples: { match: ['x'], no_match: [''] } },
    { id: 'ready', regex: 'is (?<value>ready)', stream: 'stderr', examples: { match: ['is ready'], no_match: [''] } },
  ],
  { sections: [{ id: 'reply', begin: 'reply', lines: 2 }] },
);

const newExtractor = (...packs: (typeof pack)[]) =>
  createExtractor({ matcher: createMatcher(packs.length > 0 ? packs : [pack]), nowMs: () => 0 });

describe('an event', () => {
  it('tells what was matched and where', () => {
    expect(newExtractor().scan(blockOf(['é', 'used 2,900 tokens in a.ts']))).toEqual([
      {
        stream: 'stdout',
        offset: 3,
        endOffset: 29,
        lineNumber: 2,
        timeUs: 1,
        type: 'metric',
        pattern: 'tokens',
        risk: 'medium',
        autoConfirmable: true,
        matchedValue: '2,900 tokens in a.ts',
        originalLine: 'used 2,900 tokens in a.ts',
        metadata: { tokens: 2900, file: 'a.ts' },
      },
    ]);
  });

  it.each([
    ['0', 0],
    ['12', 12],
    ['1,234,567', 1234567],
    ['1,23', '1,23'],
    ['007', '007'],
    ['12345678901234567890', '12345678901234567890'],
  ])('has the number in %s as %j', (text, value) => {
    const [event] = newExtractor().scan(blockOf([`${text} tokens`]));
    expect(event?.metadata).toEqual({ tokens: value });
  });

  it('has the group `value` as its matched value', () => {
    const events = newExtractor().scan(blockOf(['it is ready'], 'stderr'));
    expect(events).toMatchObject([{ matchedValue: 'ready', stream: 'stderr' }]);
    expect(events[0]).not.toHaveProperty('metadata');
  });

  it('comes from the stream that its pattern names', () => {
    expect(newExtractor().scan(blockOf(['it is ready'], 'stdout'))).toEqual([]);
  });

  it('has the offsets of lines that do not stand in the recording just so', () => {
    const block: LineBlock = {
      ...blockOf(['1 tokens', '2 tokens']),
      lineOffsets: [100, 150],
      offset: 100,
      endOffset: 170,
    };
    expect(newExtractor().scan(block)).toMatchObject([
      { offset: 100, endOffset: 150 },
      { offset: 150, endOffset: 170 },
    ]);
  });

  it('says when its line was cut', () => {
    const block: LineBlock = { ...blockOf(['x', '1 tokens']), cutLines: new Set([1]) };
    expect(newExtractor().scan(block)).toMatchObject([{ metadata: { tokens: 1, line_cut: true } }]);
  });

  it('carries at most 4 KiB of a long line, and no half character', () => {
    const [event] = newExtractor().scan(blockOf([`1 tokens ${'é'.repeat(5000)}`]));
    expect(Buffer.byteLength(event?.originalLine ?? '')).toBe(4095);
    expect(event?.originalLine.endsWith('é')).toBe(true);
  });
});

describe('how lines are cut into blocks', () => {
  it('does not change what is extracted', () => {
    const random = seededRandom();
    const some = [
      '1 tokens',
      'reply',
      'text',
      '```js',
      '```',
      '  ```',
      '~~~',
      '2 tokens in x',
      '',
      'it is ready',
    ] as const;
    for (let round = 0; round < 300; round += 1) {
      const lines = Array.from({ length: random.below(30) }, () => random.oneOf(some));
      const block = blockOf(lines, random.oneOf(['stdout', 'stderr']));
      const cuts = Array.from({ length: random.below(8) }, () => random.below(lines.length + 1));
      const whole = newExtractor();
      const inParts = newExtractor();
      const expected = [...whole.scan(block), ...whole.end()];
      const parts = [...cutAt(block, cuts).flatMap((part) => inParts.scan(part)), ...inParts.end()];
      expect(parts, `seed ${random.seed}: ${JSON.stringify(lines)} at ${JSON.stringify(cuts)}`).toEqual(expected);
    }
  });

  it('does not change where a code block is cut off', () => {
    const lines = ['```', ...Array.from({ length: 3000 }, (_, n) => `${n} `.padEnd(400, 'x')), '```', '1 tokens'];
    const whole = newExtractor();
    const inParts = newExtractor();
    const cuts = Array.from({ length: 300 }, (_, n) => n * 10);
    expect(cutAt(blockOf(lines), cuts).flatMap((part) => inParts.scan(part))).toEqual(whole.scan(blockOf(lines)));
  });
});

describe('a stream that repeats the other one', () => {
  const repeating = packOf([{ id: 'say', regex: '^say .*', examples: { match: ['say x'], no_match: [''] } }], {
    repeats: 'stdout',
  });

  it('gives no second event for what was said there', () => {
    const extractor = newExtractor(repeating);
    expect(extractor.scan(blockOf(['say a', 'say b', '```', 'x', '```'], 'stderr'))).toHaveLength(3);
    expect(
      extractor.scan(blockOf(['say a', 'say c', '```', 'x', '```'], 'stdout')).map(({ matchedValue }) => matchedValue),
    ).toEqual(['say c']);
  });

  it('gives one for what it says more often', () => {
    const extractor = newExtractor(repeating);
    extractor.scan(blockOf(['say a'], 'stderr'));
    expect(extractor.scan(blockOf(['say a', 'say a'], 'stdout'))).toMatchObject([{ lineNumber: 2 }]);
  });

  it('is remembered 1,000 events back', () => {
    const extractor = newExtractor(repeating);
    extractor.scan(
      blockOf(
        Array.from({ length: 1001 }, (_, n) => `say ${n}`),
        'stderr',
      ),
    );
    expect(extractor.scan(blockOf(['say 0', 'say 1'], 'stdout')).map(({ matchedValue }) => matchedValue)).toEqual([
      'say 0',
    ]);
  });
});

describe('a pattern that takes too long', () => {
  it('is taken out of the session and reported, while the others go on', () => {
    const slow = { id: 'slow', regex: 'slow', examples: { match: ['slow'], no_match: [''] } };
    // Each look at the clock is 30 ms later, so each regex seems to take 30 ms.
    let now = 0;
    const matcher = createMatcher([packOf([slow])]);
    const extractor = createExtractor({ matcher, nowMs: () => (now += 30) });
    expect(extractor.scan(blockOf(Array.from({ length: 20 }, () => 'slow')))).toHaveLength(9);
    expect(extractor.disabled()).toEqual([{ pattern: 'slow', reason: 'budget', spentMs: 270 }]);
  });

  it.each([
    ['one long pause of the whole process', [60_000]],
    ['other processes that have their turns meanwhile', Array.from({ length: 20 }, () => 150)],
  ])('is not blamed for %s, nor for many short times', (_, pausesMs) => {
    const quick = { id: 'quick', regex: 'quick', examples: { match: ['quick'], no_match: [''] } };
    let now = 0;
    let looks = 0;
    const extractor = createExtractor({
      matcher: createMatcher([packOf([quick])]),
      nowMs: () => {
        const isPaused = looks++ % 4 === 1;
        now += (isPaused ? pausesMs.shift() : undefined) ?? 0.5;
        return now;
      },
    });
    expect(extractor.scan(blockOf(Array.from({ length: 2000 }, () => 'quick')))).toHaveLength(2000);
    expect(extractor.disabled()).toEqual([]);
  });

  it('is stopped in the middle when it would never end', () => {
    const endless = { id: 'endless', regex: '(a+)+(?=b)$' };
    const matcher = createMatcher([{ ...pack, patterns: [...pack.patterns, pattern(endless)] }]);
    const extractor = createExtractor({ matcher, nowMs: () => performance.now() });
    expect(extractor.scan(blockOf(['a'.repeat(1000), 'a'.repeat(1000), '1 tokens']))).toMatchObject([
      { pattern: 'tokens' },
    ]);
    expect(extractor.disabled()).toMatchObject([{ pattern: 'endless', reason: 'timeout' }]);
  });
});

/** A pattern as it would come out of a pack, without the proof that its examples hold. */
function pattern({ id, regex }: { id: string; regex: string }) {
  return {
    id,
    type: 'metric',
    regex,
    flags: '',
    risk: 'low',
    priority: 50,
    autoConfirmable: false,
    literals: ['a'],
    examples: { match: [], noMatch: [] },
  } as const;
}

describe('what a pattern asks of a line besides its text', () => {
  const example = { examples: { match: ['x1'], no_match: ['y'] } };
  const regex = 'x(?<tool>\\d)';
  const pack = packOf([
    { id: 'screen', regex, form: 'screen', frame: 'none', priority: 9, ...example },
    { id: 'box', regex, frame: 'box', priority: 8, ...example },
    { id: 'plain', regex, form: 'plain', state: 'idle', metadata: { 'gen_ai.tool.name': 'tool' }, ...example },
  ]);
  const foundIn = (more: Partial<LineBlock>) =>
    createExtractor({ matcher: createMatcher([pack]), nowMs: () => 0 })
      .scan({ ...blockOf(['x1', 'x2']), ...more })
      .map(({ pattern, metadata }) => [pattern, metadata]);

  it('is its form, and its frame', () => {
    expect(foundIn({})).toEqual([
      ['plain', { 'gen_ai.tool.name': 1 }],
      ['plain', { 'gen_ai.tool.name': 2 }],
    ]);
    expect(foundIn({ form: 'screen', frames: new Map([[1, 'box']]) })).toEqual([
      ['screen', { tool: 1 }],
      ['box', { tool: 2 }],
    ]);
  });
});
