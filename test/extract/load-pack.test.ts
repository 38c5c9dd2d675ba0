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
