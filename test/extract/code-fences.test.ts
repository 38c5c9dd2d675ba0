import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/domain/event.ts';
import { maxCodeBlockBytes } from '../../src/extract/code-fences.ts';
import { createExtractor } from '../../src/extract/extractor.ts';
import { createMatcher } from '../../src/extract/matcher.ts';
import { blockOf } from './support/line-block.ts';
import { packOf } from './support/pack-of.ts';

const matcher = createMatcher([
  packOf([{ id: 'error', regex: 'error', examples: { match: ['error'], no_match: [''] } }]),
]);

function eventsOf(...lines: string[]): Event[] {
  const extractor = createExtractor({ matcher, nowMs: () => 0 });
  return [...extractor.scan(blockOf(lines)), ...extractor.end()];
}
const contents = (...lines: string[]) => eventsOf(...lines).map(({ codeBlock }) => codeBlock?.content);

describe('a fenced code block', () => {
  it('becomes one event when its closing fence comes', () => {
    const [event, ...others] = eventsOf('Here:', '```TypeScript title', 'const a = 1;', 'a;', '```', 'done');
    const content = 'const a = 1;\na;\n';
    expect(others).toEqual([]);
    expect(event).toEqual({
      stream: 'stdout',
      offset: 6,
      endOffset: 46,
      lineNumber: 2,
      timeUs: 1,
      type: 'code_block',
      pattern: 'code_block',
      risk: 'low',
      autoConfirmable: false,
      matchedValue: 'const a = 1;',
      originalLine: '```TypeScript title',
      codeBlock: {
        language: 'typescript',
        content,
        digest: createHash('sha256').update(content).digest('hex'),
        lineStart: 3,
        lineEnd: 4,
        closed: true,
      },
    });
  });

  it('hides what is in it from all patterns', () => {
    expect(eventsOf('error', '```', 'error', '```', 'error').map(({ pattern }) => pattern)).toEqual([
      'error',
      'code_block',
      'error',
    ]);
  });

  it('loses the indentation of its fence', () => {
    expect(contents('1. Do:', '   ```py', '   if a:', '     b()', ' c', '   ```')).toEqual(['if a:\n  b()\nc\n']);
  });

  it('is closed only by a fence of its kind that is long enough and bare', () => {
    expect(contents('````md', '```js', 'x', '```', '~~~~', '```` x', '`````')).toEqual([
      '```js\nx\n```\n~~~~\n```` x\n',
    ]);
    expect(contents('~~~', '```', '~~~')).toEqual(['```\n']);
  });

  it('may be empty', () => {
    expect(eventsOf('```sh', '```')).toMatchObject([
      { matchedValue: 'sh', codeBlock: { content: '', lineStart: 2, lineEnd: 1 } },
    ]);
  });

  it('is kept when the output ends before it does', () => {
    expect(eventsOf('```', 'x')).toMatchObject([{ codeBlock: { content: 'x\n', closed: false, lineEnd: 2 } }]);
  });

  it.each(['```foo```', 'see ``` there', '``x', '    ~~~~~~', '~~~~~^^^^', '~~~~~~~~', '  ~~ ~~~'])(
    'is not opened by %j',
    (line) => {
      expect(eventsOf(line, 'error')).toMatchObject([{ pattern: 'error' }]);
    },
  );

  it('is given out when it grows too large, and then lines are read as usual', () => {
    const line = 'x'.repeat(1023);
    const many = Array.from({ length: maxCodeBlockBytes / 1024 }, () => line);
    const events = eventsOf('```', ...many, 'error', '```', 'error');
    expect(events.map(({ pattern }) => pattern)).toEqual(['code_block', 'error', 'error']);
    expect(events[0]).toMatchObject({
      metadata: { truncated: true },
      codeBlock: { closed: false, lineEnd: many.length + 1 },
    });
    expect(events[0]?.codeBlock?.content.length).toBe(maxCodeBlockBytes);
  });
});
