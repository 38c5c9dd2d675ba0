import { describe, expect, it } from 'vitest';
import { loadPack } from '../../src/extract/load-pack.ts';
import { packJsonSchema } from '../../src/extract/pack-schema.ts';

const pattern = (...lines: string[]) =>
  [
    'name: codex',
    'version: 1.0.0',
    'agents: [codex]',
    'patterns:',
    '  - id: tokens',
    '    type: metric',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
const examples = "examples: { match: ['tokens 1'], no_match: [''] }";

/** The complaints as `line:column message`. */
function complaintsAbout(yaml: string): string[] {
  const loaded = loadPack(yaml, 'codex.yaml');
  if (loaded.ok) return [];
  return loaded.failure.complaints.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('a pack', () => {
  it('is loaded with its defaults, its literals and its digest', () => {
    const loaded = loadPack(pattern("regex: 'tokens (?<tokens>\\d+)'", examples), 'codex.yaml');
    expect(loaded).toMatchObject({
      ok: true,
      value: {
        name: 'codex',
        version: '1.0.0',
        agents: ['codex'],
        sections: [],
        digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        patterns: [
          {
            id: 'tokens',
            flags: '',
            risk: 'low',
            priority: 50,
            autoConfirmable: false,
            literals: ['tokens '],
            examples: { match: ['tokens 1'], noMatch: [''] },
          },
        ],
      },
    });
  });

  it('is described by a JSON Schema', () => {
    expect(packJsonSchema()).toMatchObject({
      type: 'object',
      required: ['name', 'version', 'agents', 'patterns'],
      additionalProperties: false,
    });
  });
});

describe('an invalid pack', () => {
  it.each([
    [
      'an unknown key',
      pattern('regexp: x', 'regex: tokens', examples),
      '7:5 unknown key `regexp`: did you mean `regex`?',
    ],
    ['a missing key', pattern(examples), '5:5 `regex` is missing'],
    ['a key that stands twice', `name: a\n${pattern('regex: tokens', examples)}`, '2:1 this key stands here twice'],
    [
      'a wrong value',
      pattern('regex: tokens', 'risk: hihg', examples),
      '8:11 `risk` must be one of `low`, `medium`, `high`, `critical`: did you mean `high`?',
    ],
    ['a number for a text', pattern('regex: 7', examples), '7:12 `regex` must be of type string: put it in quotes'],
    [
      'a regex that is none',
      pattern("regex: 'it''s (a'", examples),
      '7:21 invalid regular expression, at its character 8: Unterminated group',
    ],
    [
      'a flag that is not allowed',
      pattern('regex: tokens', 'flags: g', examples),
      '8:12 `flags`: only `i` (any case) and `u` (Unicode) are allowed, each once',
    ],
    [
      'a section that is not there',
      pattern('regex: tokens', 'section: user', examples),
      '8:14 there is no section `user`: declare it under `sections`',
    ],
    [
      'an example that does not match',
      pattern('regex: token', 'examples:', '  match: [token, tok]', "  no_match: ['']"),
      '9:22 `tokens` does not match this example, but must',
    ],
    [
      'an example that matches',
      pattern('regex: to', 'examples:', '  match: [token]', '  no_match: [tok]'),
      '10:18 `tokens` matches this example, but must not',
    ],
    [
      'an example without its literals',
      pattern('regex: to', 'literal: [token]', 'examples:', '  match: [to]', "  no_match: ['']"),
      '10:15 this example has none of the texts under `literal`, so its line would be passed over',
    ],
    [
      'a sign of work that is on no screen',
      pattern('regex: token', 'form: screen', 'stands: true', examples),
      '9:13 `stands` is for patterns with `form: screen` and `state: working`',
    ],
    ['broken YAML', 'name: [', '1:8 Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['two documents', 'name: a\n---\nname: b', '2:1 only one document per file: remove what follows `---`'],
    ['aliases', 'name: &a x\nversion: *a', '2:10 aliases (`*name`) are not allowed: write it out'],
    ['boundless nesting', '['.repeat(50_000), '1:1 the file is nested too deeply'],
    ['a huge file', `name: ${'x'.repeat(1024 * 1024)}`, '1:1 the file is larger than 1 MiB: split it'],
    ['nothing', '', '1:1 the file must be of type object'],
  ])('with %s is refused at its place', (_, yaml, complaint) => {
    expect(complaintsAbout(yaml)).toContain(complaint);
  });

  it('gets all complaints at once, in order', () => {
    const yaml = pattern("regex: '('", 'stream: out', 'section: user', 'exmples: x');
    expect(complaintsAbout(yaml).map((complaint) => complaint.split(' ')[0])).toEqual([
      '5:5',
      '7:14',
      '8:13',
      '9:14',
      '10:5',
    ]);
  });

  it('says what is wrong with an id that is taken', () => {
    const twice = `${pattern('regex: tokens', examples)}\n  - id: tokens\n    type: metric\n    regex: tokens\n    ${examples}`;
    expect(complaintsAbout(twice)).toEqual(['9:9 the id `tokens` is taken by line 5']);
  });

  it('does not hang on an example that takes a regex forever', () => {
    const yaml = pattern("regex: '^(a+)+(?=b)$'", `examples: { match: ['${'a'.repeat(100)}'], no_match: [''] }`);
    expect(complaintsAbout(yaml).join()).toMatch(/takes too long on this example/);
  });
});

describe('rules for messages', () => {
  const base = {
    name: 'mine',
    version: '1',
    agents: ['*'],
    sections: [{ id: 'said' }],
    patterns: [],
    messages: [
      {
        id: 'hello',
        when: { type: ['hello', 'hi'], by: { not: 'robot' }, to: { exists: false } },
        type: 'session',
        value: { first: ['name', 'id'] },
        metadata: { tokens: { sum: ['a', 'b'], minus: ['c'] }, kind: { constant: 1 } },
        cumulative: ['tokens'],
        text: { from: 'text', section: 'said' },
        examples: { match: ['{"type":"hi"}'], no_match: ['{"type":"hi","to":"me"}', '{"type":"hi","by":"robot"}'] },
      },
    ],
  };
  const complaintsOf = (change: (pack: typeof base) => unknown) => {
    const loaded = loadPack(JSON.stringify(change(structuredClone(base)), undefined, 1), 'mine.yaml');
    return loaded.ok ? [] : loaded.failure.complaints.map(({ message }) => message);
  };
  const changed = (fields: object) => (pack: typeof base) => ({
    ...pack,
    messages: pack.messages.map((message) => ({ ...message, ...fields })),
  });

  it('are loaded with their conditions and expressions', () => {
    const loaded = loadPack(JSON.stringify(base), 'mine.yaml');
    expect(loaded.ok ? loaded.value.messages : loaded.failure).toMatchObject([
      {
        id: 'hello',
        when: { type: { in: ['hello', 'hi'] }, by: { not: ['robot'] }, to: { exists: false } },
        metadata: { tokens: { sum: ['a', 'b'], minus: ['c'] }, kind: { constant: 1 } },
        text: { from: 'text', section: 'said', isPart: false, isEvent: false },
        risk: 'low',
      },
    ]);
  });

  it('must match their examples, which are JSON objects', () => {
    const examples = { match: ['{"type":"bye"}', 'hi'], no_match: ['{"type":"hello"}'] };
    expect(complaintsOf(changed({ examples }))).toEqual([
      '`hello` does not match this example, but must',
      'this example is no JSON object',
      '`hello` matches this example, but must not',
    ]);
  });

  it.each([
    [{ text: { from: 'text', section: 'sad' } }, 'there is no section `sad`: did you mean `said`?'],
    [{ cumulative: ['cost'] }, 'there is no metadata named `cost`'],
    [{ when: {} }, '`when`: must not be empty'],
    [{ when: { type: { nott: 1 } } }, '`type`: must be a value, a list of values, {not: …} or {exists: true or false}'],
    [{ value: { frist: ['a'] } }, '`value`: must be a path, or {first: […]}, {sum: […], minus: […]} or {constant: …}'],
    [{ type: 'code_block' }, /^`type` must be one of/],
    [{ resultof: 'x' }, 'unknown key `resultof`: did you mean `result_of`?'],
    [{ text: { form: 'text', from: 'x', section: 'said' } }, 'unknown key `form`: did you mean `from`?'],
    [{ id: 'unknown_messages' }, /is the id of messages that no rule knows/],
  ])('are complained about: %j', (fields, complaint) => {
    const found = complaintsOf(changed(fields));
    expect(found).toContainEqual(typeof complaint === 'string' ? complaint : expect.stringMatching(complaint));
  });

  it('must begin a section that no heading begins', () => {
    expect(complaintsOf(changed({ text: { from: 'text' } }))).toEqual([
      'nothing begins this section: give it `begin`, or a message',
    ]);
  });
});

it('complains about metadata that the regex has no group for, and takes what there is', () => {
  const pack = (group: string) =>
    JSON.stringify({
      name: 'mine',
      version: '1',
      agents: ['*'],
      patterns: [
        {
          id: 'a',
          type: 'error',
          regex: '(?<tool>x)',
          form: 'screen',
          frame: 'box',
          state: 'idle',
          metadata: { 'gen_ai.tool.name': group },
          examples: { match: ['x'], no_match: ['y'] },
        },
      ],
    });
  const wrong = loadPack(pack('tol'), 'mine.yaml');
  expect(wrong.ok ? [] : wrong.failure.complaints.map(({ message }) => message)).toEqual([
    'the regular expression has no group named `tol`',
  ]);
  const right = loadPack(pack('tool'), 'mine.yaml');
  expect(right.ok ? right.value.patterns : []).toMatchObject([
    { form: 'screen', frame: 'box', state: 'idle', metadata: { 'gen_ai.tool.name': 'tool' } },
  ]);
});
