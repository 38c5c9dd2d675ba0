import { describe, expect, it, vi } from 'vitest';
import { defineCommand } from '../../src/cli/command.ts';
import { readWords } from '../../src/cli/read-words.ts';

const show = defineCommand({
  name: 'show',
  describe: 'Show one',
  operands: [{ usage: '<session>', describe: 'Its id' }],
  options: {
    json: { type: 'boolean', describe: 'As JSON' },
    type: { type: 'string', describe: 'Of this type', choices: ['error', 'metric'] },
    agent: { type: 'string', short: 'a', describe: 'Of this agent' },
  },
  examples: [['ridealong show @last', 'the last one']],
  run: () => Promise.resolve(0),
});
const check = defineCommand({
  name: 'patterns check',
  describe: 'Check files',
  operands: [{ usage: '<files..>', describe: 'Some files' }],
  options: {},
  examples: [],
  run: () => Promise.resolve(0),
});
const commands = [show, { name: 'patterns', describe: 'Patterns', commands: [check] }];

const read = (...words: string[]) =>
  readWords(words, commands, {
    columns: 80,
    complete: (typed) => (typed.at(-2) === 'show' && typed.at(-1) === '' ? ['01K'] : undefined),
  });

async function printed(...words: string[]): Promise<string> {
  const request = await read(...words);
  return request.ok && request.value.kind === 'print' ? request.value.text : '';
}

describe('a command line', () => {
  it('gives a command with its options and operands', async () => {
    expect(await read('show', '@last', '--json', '--type=error')).toEqual({
      ok: true,
      value: { kind: 'command', command: show, options: { json: true, type: 'error' }, operands: ['@last'] },
    });
  });

  it('keeps operands as they were written', async () => {
    expect(await read('show', '0123')).toMatchObject({ value: { operands: ['0123'] } });
    expect(await read('patterns', 'check', 'a', '1.0', 'b c')).toMatchObject({
      value: { command: check, operands: ['a', '1.0', 'b c'] },
    });
  });

  it('may end its options with --', async () => {
    expect(await read('patterns', 'check', '--', '-a')).toMatchObject({ value: { operands: ['-a'] } });
  });

  it('may give an option by its letter', async () => {
    expect(await read('show', 'x', '-a', 'b')).toMatchObject({ value: { options: { agent: 'b' } } });
  });

  it('may give an option twice: the last counts', async () => {
    expect(await read('show', 'x', '--agent', 'a', '--agent', 'b')).toMatchObject({
      value: { options: { agent: 'b' } },
    });
  });

  it.each([
    [['show'], 'show needs <session>'],
    [['show', 'a', 'b'], 'no further "b"'],
    [['show', 'a', '--jsn'], 'no option --jsn (did you mean --json?)'],
    [['show', 'a', '--no-json'], 'no option --no-json'],
    [['show', 'a', '-x'], 'no option -x'],
    [['show', 'a', '--json=1'], '--json takes no value'],
    [['show', 'a', '--agent'], '--agent needs a value'],
    [['show', 'a', '--agent='], '--agent needs a value'],
    [['show', 'a', '--type', 'eror'], '(did you mean error?)'],
    [['show', 'a', '--__proto__', 'x'], 'no option'],
    [['patterns', 'check'], 'patterns check needs <files..>'],
    [['patterns'], 'patterns takes check'],
    [['patterns', 'chekc'], '(did you mean check?)'],
    [['completion', 'tcsh'], 'completion knows bash and zsh'],
  ])('%j is complained about in one line', async (words, message) => {
    const request = await read(...words);
    expect(request).toMatchObject({ ok: false, failure: { reason: 'usage' } });
    const complaint = request.ok ? '' : request.failure.message;
    expect(complaint).toContain(message);
    expect(complaint).not.toContain('\n');
  });
});

describe('--help', () => {
  it('tells about the program', async () => {
    const help = await printed('--help');
    expect(help).toContain('ridealong [options] [--] <command> [args…]');
    expect(help).toContain('ridealong show <session>');
    expect(help).toContain('--drain-timeout');
    expect(help).toContain('ridealong run');
  });

  it.each([
    [['show', '--help'], 'ridealong show @last'],
    [['patterns', 'check', '-h'], 'ridealong patterns check <files..>'],
    [['run', '--help'], '--no-pty'],
    [['pipe', '--help'], 'ridealong pipe [options]'],
  ])('tells about %j', async (words, text) => {
    expect(await printed(...words)).toContain(text);
  });
});

describe('--version', () => {
  it('is one line', async () => {
    expect(await printed('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('completion', () => {
  it.each([
    ['bash', 'complete -o'],
    ['zsh', '#compdef ridealong'],
  ])('is written for %s', async (shell, text) => {
    expect(await printed('completion', shell)).toContain(text);
  });

  it('names commands, options and what we add', async () => {
    vi.stubEnv('SHELL', '/bin/bash');
    const complete = (...words: string[]) => printed('--get-yargs-completions', 'ridealong', ...words);
    expect(await complete('sh')).toContain('show\n');
    expect(await complete('show', '--')).toContain('--json\n');
    expect(await complete('show', '')).toBe('01K\n');
  });
});
