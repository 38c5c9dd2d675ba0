import { describe, expect, it } from 'vitest';
import { limits } from '../../src/domain/config.ts';
import type { Event } from '../../src/domain/event.ts';
import type { Pack } from '../../src/domain/pattern.ts';
import { createExtractor } from '../../src/extract/extractor.ts';
import { createMatcher } from '../../src/extract/matcher.ts';
import type { StateHint } from '../../src/extract/message-reader.ts';
import { packsForAgent } from '../../src/extract/packs-for-agent.ts';
import { createLineSplitter } from '../../src/lines/line-splitter.ts';
import { packOf } from './support/pack-of.ts';

/** An agent that begins, asks, answers whole or in parts, calls tools, and counts. */
const talker = packOf(
  [
    { id: 'answer', type: 'response', priority: 96, regex: '^.*\\S.*$', examples: { match: ['x'], no_match: [''] } },
    {
      id: 'exit_code',
      type: 'error',
      section: 'output',
      priority: 90,
      regex: '^Exit code (?<exit_code>\\d+)$',
      examples: { match: ['Exit code 2'], no_match: ['0'] },
    },
  ],
  {
    name: 'talker',
    agents: ['talker'],
    sections: [{ id: 'output' }],
    messages: [
      {
        id: 'begun',
        when: { type: 'begin' },
        type: 'session',
        value: 'id',
        metadata: { 'gen_ai.conversation.id': 'id', model: { first: ['model', 'info.model'] } },
        state: 'working',
        ...example({ type: 'begin', id: '1' }),
      },
      { id: 'said', when: { type: 'say' }, text: { from: 'text' }, ...example({ type: 'say' }) },
      { id: 'part', when: { type: 'part' }, text: { from: 'text', is_part: true }, ...example({ type: 'part' }) },
      {
        id: 'called',
        when: { type: 'turn' },
        each: { in: 'calls', when: { name: { not: 'hidden' } } },
        type: 'tool_use',
        value: 'name',
        metadata: { 'gen_ai.tool.name': 'name', turn: '$.number' },
        once: ['id'],
        call: 'id',
        ...example({ type: 'turn', calls: [{ name: 'sh' }] }),
      },
      {
        id: 'failed',
        when: { type: 'result', error: true },
        type: 'error',
        metadata: {},
        result_of: 'call',
        text: { from: 'text', section: 'output' },
        ...example({ type: 'result', error: true }),
      },
      {
        id: 'done',
        when: { type: 'result', error: { not: true } },
        type: 'state_change',
        result_of: 'call',
        text: { from: 'text', section: 'output' },
        ...example({ type: 'result' }),
      },
      {
        id: 'used',
        when: { type: 'usage' },
        type: 'metric',
        metadata: { input: { sum: ['fresh', 'cached'], minus: ['unused'] }, cost: 'cost', turns: { constant: 1 } },
        cumulative: ['cost'],
        ...example({ type: 'usage' }),
      },
      {
        id: 'ran',
        when: { type: 'run' },
        type: 'tool_use',
        value: 'command',
        text: { from: 'command', before: '$ ', is_event: true, section: 'output' },
        ...example({ type: 'run' }),
      },
      {
        id: 'broke',
        when: { type: 'broke' },
        type: 'error',
        metadata: { exit_code: 'why', message: 'why' },
        text: { from: 'why', is_event: true, section: 'output' },
        ...example({ type: 'broke' }),
      },
    ],
  },
);

/** Another agent, whose messages look a little like those. */
const other = packOf([], {
  name: 'other',
  agents: ['other'],
  messages: [
    { id: 'opened', when: { kind: 'open' }, type: 'session', value: 'id', ...example({ kind: 'open' }) },
    { id: 'other_error', when: { kind: 'error' }, type: 'error', value: 'text', ...example({ kind: 'error' }) },
  ],
});

const common = packOf([
  { id: 'warning', type: 'error', regex: '^WARN (?<message>.+)', examples: { match: ['WARN x'], no_match: ['x'] } },
  { id: 'any_error', type: 'error', regex: 'boom', examples: { match: ['boom'], no_match: ['x'] } },
  {
    id: 'danger',
    type: 'tool_use',
    risk: 'high',
    regex: '^\\$ rm .*',
    examples: { match: ['$ rm x'], no_match: ['x'] },
  },
]);

function example(message: object) {
  return { examples: { match: [JSON.stringify(message)], no_match: ['{"other":1}'] } };
}

const json = (message: object) => JSON.stringify(message);
const begin = json({ type: 'begin', id: 's1', model: 'm' });

interface Found {
  readonly events: Event[];
  readonly states: StateHint[];
}

/** What is found in this output, read in pieces of this many bytes. */
function extract(output: string | Buffer, options: { agent?: string; packs?: Pack[]; piece?: number } = {}): Found {
  const { agent = 'talker', packs = [common, talker, other], piece = Infinity } = options;
  const states: StateHint[] = [];
  const matcher = createMatcher(packsForAgent(packs, agent));
  const extractor = createExtractor({ matcher, nowMs: () => 0, onState: (hint) => states.push(hint) });
  const splitter = createLineSplitter({ stream: 'stdout', maxLineBytes: limits.maxLineBytes });
  const bytes = Buffer.from(output);
  const events: Event[] = [];
  for (let offset = 0; offset < bytes.length; offset += piece) {
    const part = bytes.subarray(offset, offset + piece);
    const block = splitter.push({ stream: 'stdout', offset, timeUs: offset * 1000, bytes: part });
    if (block) events.push(...extractor.scan(block));
  }
  const last = splitter.end(bytes.length * 1000);
  if (last) events.push(...extractor.scan(last));
  return { events: [...events, ...extractor.end()], states };
}

const lines = (...all: string[]) => `${all.join('\n')}\n`;

/** Line, pattern and value of each event. */
const told = ({ events }: Found) =>
  events.map((event) => `${event.lineNumber} ${event.pattern}: ${event.matchedValue}`);

describe('a JSON stream', () => {
  it('is recognised by its first message, without a word from anybody', () => {
    expect(told(extract(lines('starting', begin, json({ type: 'say', text: 'Hello.\n\nWorld.' }))))).toEqual([
      '1 answer: starting',
      '2 begun: s1',
      '3 answer: Hello.',
      '3 answer: World.',
    ]);
  });

  it('is recognised whatever the command is called, and only its own answers are answers', () => {
    const found = extract(lines('starting', begin, json({ type: 'say', text: 'Hello.' })), { agent: 'script.sh' });
    expect(told(found)).toEqual(['2 begun: s1', '3 answer: Hello.']);
  });

  it('is none for a line of JSON that no pack knows, and none within a code block', () => {
    const output = lines('{"level":"info","boom":1}', '```', begin, '```', '{"type":"say","text":"boom"}');
    // `say` alone tells no event, so it proves nothing.
    expect(told(extract(output, { agent: 'script.sh' }))).toEqual([
      '1 any_error: boom',
      `2 code_block: ${begin}`,
      '5 any_error: boom',
    ]);
  });

  it('hides its messages from the patterns for text, but not the lines between them', () => {
    const output = lines(
      begin,
      json({ type: 'usage', note: 'WARN boom' }),
      'WARN disk is slow',
      json({ type: 'say', text: 'ok' }),
    );
    expect(told(extract(output, { agent: 'script.sh' }))).toEqual([
      '1 begun: s1',
      '2 used: used',
      '3 warning: WARN disk is slow',
      '4 answer: ok',
    ]);
  });

  it('speaks the dialect of its first message, until another agent begins', () => {
    const output = lines(
      begin,
      '{"kind":"error","text":"a"}',
      '{"kind":"open","id":"o"}',
      '{"kind":"error","text":"b"}',
    );
    expect(told(extract(output))).toEqual(['1 begun: s1', '2 unknown_messages: 1', '3 opened: o', '4 other_error: b']);
  });

  it('counts the messages that nobody knows, by their kind', () => {
    const news = [json({ type: 'news' }), json({ type: 'news' }), json({ other: 1 })];
    const [, unknown] = extract(lines(begin, ...news)).events;
    expect(unknown).toMatchObject({
      type: 'metric',
      pattern: 'unknown_messages',
      metadata: { count: 3, kinds: { news: 2, other: 1 } },
    });
    expect(extract(lines(begin)).events).toHaveLength(1);
  });

  it('gives the same, wherever its bytes are cut', () => {
    const output = lines(
      begin,
      json({ type: 'part', text: 'Grüße, ' }),
      json({ type: 'part', text: '世界.\n```\ncode' }),
      json({ type: 'part', text: '\n```\nEnd' }),
      'WARN in between',
      '{"type":"say","te',
      `glued ${json({ type: 'say', text: 'behind' })}`,
      json({ type: 'usage', cost: 1 }),
    );
    const whole = extract(output).events.map((event) => ({ ...event, timeUs: 0 }));
    expect(whole).toHaveLength(9);
    for (const piece of [1, 2, 3, 7, 64]) {
      expect(extract(output, { piece }).events.map((event) => ({ ...event, timeUs: 0 }))).toEqual(whole);
    }
  });

  it('tells the states that its messages stand for', () => {
    expect(extract(lines(begin, json({ type: 'usage' }))).states).toEqual([
      expect.objectContaining({ state: 'working', source: 'message', pattern: 'begun', lineNumber: 1 }),
    ]);
  });
});

describe('a line that is almost JSON', () => {
  const reason = ({ events }: Found) => events.map(({ pattern, metadata }) => metadata?.['reason'] ?? pattern);

  it('is an error, wherever a message was cut', () => {
    const message = json({ type: 'say', text: 'He said "{\\"boom\\"}".', nested: { list: [1, { a: '}' }] } });
    for (let length = 1; length < message.length; length += 1) {
      expect(reason(extract(lines(begin) + message.slice(0, length)))).toEqual(['begun', 'cut']);
    }
  });

  it('is an error when text is glued to it, and what is whole in it is still read', () => {
    const hi = json({ type: 'say', text: 'hi' });
    for (const glued of [`WARN slow${hi}`, `${hi}WARN boom`, `${hi}${hi}`.slice(0, -1), `{"type":"sa${hi}`]) {
      expect(reason(extract(lines(begin, glued)))).toEqual(['begun', 'mixed', 'answer']);
    }
    expect(reason(extract(lines(begin, hi + hi)))).toEqual(['begun', 'mixed', 'answer', 'answer']);
    expect(reason(extract(lines(begin, 'WARN {"type":"sa')))).toEqual(['begun', 'mixed']);
  });

  it('is text when it quotes some other object', () => {
    expect(told(extract(lines(begin, 'WARN ignoring {"a":1} here')))).toEqual([
      '1 begun: s1',
      '2 answer: WARN ignoring {"a":1} here',
    ]);
  });

  it('is no error when it was only too long for a line', () => {
    const long = json({ type: 'say', text: `${'ü'.repeat(100_000)}\nend`, type2: 'x' });
    const output = lines(begin, long, json({ type: 'say', text: 'next' }));
    for (const piece of [Infinity, 40_000]) {
      const { events } = extract(output, { piece });
      expect(events.map(({ pattern, offset, endOffset }) => [pattern, offset, endOffset])).toEqual([
        ['begun', 0, begin.length + 1],
        ...Array.from({ length: 3 }, () => ['answer', begin.length + 1, begin.length + 2 + Buffer.byteLength(long)]),
        ['answer', begin.length + 2 + Buffer.byteLength(long), Buffer.byteLength(output)],
      ]);
      expect(events.at(-2)?.matchedValue).toBe('end');
    }
  });

  it('is recognised even if the first message is that long', () => {
    const output = lines(json({ type: 'begin', id: 's1', tools: 'x'.repeat(200_000) }));
    expect(told(extract(output))).toEqual(['1 begun: s1']);
  });

  it('is one error when it is too long for any message', () => {
    const endless = `{"type":"say","text":"${'boom '.repeat(2_000_000)}`;
    const found = extract(lines(begin, endless, json({ type: 'say', text: 'next' })), { piece: 1_000_000 });
    expect(reason(found)).toEqual(['begun', 'too long', 'answer']);
  });

  it('is text, in its pieces, when it turns out to be no message', () => {
    const log = `{"type":"log","text":"${'x'.repeat(100_000)} boom"}`;
    const { events } = extract(lines('start', log, 'boom'), { agent: 'script.sh' });
    // The second piece was held back until the line was whole.
    expect(events.map(({ lineNumber, pattern, endOffset }) => [lineNumber, pattern, endOffset])).toEqual([
      [3, 'any_error', 7 + log.length],
      [4, 'any_error', 12 + log.length],
    ]);
  });
});

describe('the text of a message', () => {
  it('gives the events that it would give when printed, at the place of its JSON line', () => {
    const answer = 'Look:\n\n```js\nboom()\n```\n\nDone.\n';
    const printed = extract(answer).events.map(({ pattern, matchedValue }) => [pattern, matchedValue]);
    const { events } = extract(lines(begin, json({ type: 'say', text: answer })));
    expect(events.slice(1).map(({ pattern, matchedValue }) => [pattern, matchedValue])).toEqual(printed);
    expect(events[2]?.codeBlock).toMatchObject({
      language: 'js',
      content: 'boom()\n',
      lineStart: 2,
      lineEnd: 2,
      closed: true,
    });
  });

  it('goes on in the next part, in the middle of a line or of a code block', () => {
    const parts = ['Hel', 'lo.\n``', '`sh\nls', '\n```\nBy', 'e'].map((text) => json({ type: 'part', text }));
    const found = extract(lines(begin, ...parts, json({ type: 'usage' })));
    expect(told(found)).toEqual([
      '1 begun: s1',
      '2 answer: Hello.',
      '3 code_block: ls',
      '5 answer: Bye',
      '7 used: used',
    ]);
    expect(found.events[2]?.codeBlock).toMatchObject({ content: 'ls\n', lineStart: 4, lineEnd: 4 });
    // It is complete when the next message comes, and so belongs to what is committed with that one.
    expect(found.events[3]?.endOffset).toBe(found.events[4]?.endOffset);
  });

  it('ends at the end of the output, and its code block with it', () => {
    const open = extract(lines(begin, json({ type: 'part', text: 'See\n```\nls\nrm' })));
    expect(told(open)).toEqual(['1 begun: s1', '2 answer: See', '2 code_block: ls']);
    expect(open.events[2]?.codeBlock).toMatchObject({ content: 'ls\nrm\n', closed: false });
  });

  it('keeps its code block to itself', () => {
    const found = extract(
      lines(begin, json({ type: 'say', text: '```\nls' }), json({ type: 'say', text: 'hi' }), 'plain'),
    );
    expect(told(found)).toEqual(['1 begun: s1', '2 code_block: ls', '3 answer: hi', '4 answer: plain']);
  });

  it('is not swallowed by a code block that was printed', () => {
    const found = extract(lines(begin, '```', 'ls', '{"a":1}', json({ type: 'say', text: 'hi' }), 'plain'));
    expect(told(found)).toEqual(['1 begun: s1', '2 code_block: ls', '5 answer: hi', '6 answer: plain']);
    expect(found.events[1]?.codeBlock).toMatchObject({ content: 'ls\n{"a":1}\n', closed: false });
  });

  it('is read without escape sequences and what was overwritten', () => {
    const link = '\u001b]8;;http://x/\u001b\\link\u001b]8;;\u001b\\';
    const text = `\u001b[31mred\u001b[0m \u001b]0;a title\u0007${link}\r\n10 %\r100 %\n\u001b]0;cut\nend`;
    expect(told(extract(lines(begin, json({ type: 'say', text }))))).toEqual([
      '1 begun: s1',
      '2 answer: red link',
      '2 answer: 100 %',
      '2 answer: end',
    ]);
  });

  it('is read in its section, by that section’s patterns and those of other packs', () => {
    const output = lines(begin, json({ type: 'result', text: 'fine\nWARN boom\nExit code 3' }));
    expect(told(extract(output))).toEqual([
      '1 begun: s1',
      '2 done: done',
      '2 warning: WARN boom',
      '2 exit_code: Exit code 3',
    ]);
  });

  it('is the same fact as its message where a pattern of its section says the same on its first line', () => {
    const { events } = extract(lines(begin, json({ type: 'result', error: true, text: 'Exit code 2\nboom' })));
    expect(events.map(({ pattern, metadata }) => [pattern, metadata])).toEqual([
      ['begun', { 'gen_ai.conversation.id': 's1', model: 'm' }],
      ['exit_code', { exit_code: 2 }],
      ['any_error', undefined],
    ]);
  });

  it('names the event, where it is what the event is about', () => {
    const { events } = extract(
      lines(begin, json({ type: 'run', command: 'echo boom\nrm x\nrm y' }), json({ type: 'run', command: 'ls' })),
    );
    expect(events.slice(1).map(({ pattern, risk, matchedValue }) => [pattern, risk, matchedValue])).toEqual([
      ['danger', 'high', 'echo boom\nrm x\nrm y'],
      ['ran', 'low', 'ls'],
    ]);
  });

  it('is understood better by a pattern of its own pack than by the field, but not by one of another', () => {
    const output = lines(begin, json({ type: 'broke', why: 'Exit code 2' }), json({ type: 'broke', why: 'WARN low' }));
    const { events } = extract(output);
    expect(events.slice(1).map(({ pattern, metadata }) => [pattern, metadata])).toEqual([
      ['exit_code', { exit_code: 2, message: 'Exit code 2' }],
      ['warning', { exit_code: 'WARN low', message: 'WARN low' }],
    ]);
  });
});

describe('a rule for messages', () => {
  const metadata = ({ events }: Found) => events.slice(1).map((event) => event.metadata);

  it('tells one event for each element of a list, with the fields of the message too', () => {
    const calls = [{ name: 'sh', id: 'a' }, { name: 'hidden' }, { name: 'cat', id: 'b' }];
    const found = extract(lines(begin, json({ type: 'turn', number: 4, calls })));
    expect(metadata(found)).toEqual([
      { 'gen_ai.tool.name': 'sh', turn: 4 },
      { 'gen_ai.tool.name': 'cat', turn: 4 },
    ]);
  });

  it('tells of the elements in the order of the list, whatever that of the rules', () => {
    const blocks = packOf([], {
      agents: ['talker'],
      messages: ['b', 'a'].map((kind) => ({
        id: kind,
        when: { type: 'blocks' },
        each: { in: 'blocks', when: { kind } },
        type: kind === 'a' ? 'error' : 'tool_use',
        ...example({ type: 'blocks', blocks: [{ kind }] }),
      })),
    });
    const message = json({ type: 'blocks', blocks: ['a', 'b', 'a'].map((kind) => ({ kind })) });
    expect(told(extract(lines(message), { packs: [blocks] }))).toEqual(['1 a: a', '1 b: b', '1 a: a']);
  });

  it('counts a message that is repeated once, within one conversation', () => {
    const turn = json({ type: 'turn', calls: [{ name: 'sh', id: 'a' }] });
    const again = json({ type: 'begin', id: 's2' });
    expect(told(extract(lines(begin, turn, turn, begin, turn, again, turn)))).toEqual([
      '1 begun: s1',
      '2 called: sh',
      '4 begun: s1',
      '6 begun: s2',
      '7 called: sh',
    ]);
  });

  it('counts every message that has nothing to tell it by', () => {
    const turn = json({ type: 'turn', calls: [{ name: 'sh' }] });
    expect(extract(lines(begin, turn, turn)).events).toHaveLength(3);
  });

  it('adds up, takes away, and tells what totals grew by', () => {
    const usage = (cost: number) => json({ type: 'usage', fresh: 5, cached: 10, unused: 1, cost });
    const found = extract(lines(begin, usage(0.1), usage(0.3), usage(0.3), usage(0.05)));
    expect(metadata(found)).toEqual([
      { input: 14, cost: 0.1, turns: 1 },
      { input: 14, cost: 0.2, turns: 1 },
      { input: 14, cost: 0, turns: 1 },
      // A counter that fell began anew.
      { input: 14, cost: 0.05, turns: 1 },
    ]);
  });

  it('tells of a result which tool was called, and how long that took', () => {
    const call = lines(begin, json({ type: 'turn', calls: [{ name: 'sh', id: 'a' }] }));
    const result = json({ type: 'result', call: 'a', text: 'fine' });
    const { events } = extract(call + lines(result, result), { piece: call.length });
    expect(events.slice(2).map(({ pattern, metadata: found }) => [pattern, found])).toEqual([
      ['done', { 'gen_ai.tool.name': 'sh', duration_ms: call.length }],
      ['done', undefined],
    ]);
  });

  it('leaves fields alone that are not what they should be', () => {
    const odd = [
      { type: 'turn', calls: 'none' },
      { type: 'turn', calls: [null, 7] },
      { type: 'say', text: 7 },
      { type: ['say'] },
    ];
    const strange = json({ type: 'usage', fresh: '5', cost: { constructor: 1 } });
    const found = extract(lines(begin, ...odd.map(json), strange, '{"__proto__":{"type":"say"}}'));
    expect(told(found).slice(1)).toEqual([
      '3 called: called',
      '3 called: called',
      '6 used: used',
      '5 unknown_messages: 2',
    ]);
  });
});
