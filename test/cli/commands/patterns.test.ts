import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patternsCheckCommand } from '../../../src/cli/commands/patterns-check.ts';
import { patternsListCommand, rowsOf } from '../../../src/cli/commands/patterns-list.ts';
import { patternsTryCommand } from '../../../src/cli/commands/patterns-try.ts';
import type { Pack } from '../../../src/domain/pattern.ts';
import { captureTerminal, contextWith } from '../fixtures.ts';

const yaml = `name: mine
version: "1"
agents: [codex]
patterns:
  - id: mine.boom
    type: error
    regex: 'boom (?<what>\\w+)'
    risk: high
    priority: 10
    auto_confirmable: false
    examples: { match: ['boom x'], no_match: ['bam'] }
`;

let folder: string;
let good: string;
let bad: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ridealong-patterns-'));
  good = join(folder, 'good.yaml');
  bad = join(folder, 'bad.yaml');
  writeFileSync(good, yaml);
  writeFileSync(bad, yaml.replace('risk: high', 'risk: huge'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('ridealong patterns check', () => {
  async function check(files: string[], options: { json?: boolean } = {}) {
    const terminal = captureTerminal();
    const exitCode = await patternsCheckCommand.run(options, files, contextWith({}, terminal));
    return { exitCode, output: terminal.output() };
  }

  it('says what is good', async () => {
    expect(await check([good])).toEqual({ exitCode: 0, output: `${good}: ok, 1 pattern\n` });
  });

  it('complains with file, line and column', async () => {
    const { exitCode, output } = await check([good, bad, join(folder, 'none.yaml')]);
    expect(exitCode).toBe(1);
    const lines = output.split('\n');
    expect(lines[0]).toContain('ok');
    expect(lines[1]).toMatch(/bad\.yaml:8:\d+: /);
    expect(lines[2]).toMatch(/none\.yaml:1:1: cannot be read/);
  });

  it('gives the complaints as JSON', async () => {
    const { output } = await check([bad], { json: true });
    expect(JSON.parse(output)).toMatchObject([{ file: bad, complaints: [{ line: 8 }] }]);
  });
});

describe('ridealong patterns try', () => {
  async function attempt(file: string, input: string, options: { json?: boolean; agent?: string } = {}) {
    const terminal = captureTerminal({ input });
    const exitCode = await patternsTryCommand.run(options, [file], contextWith({}, terminal));
    return { exitCode, output: terminal.output(), complaints: terminal.complaints };
  }

  it('prints the events of standard input with their line numbers', async () => {
    const { output } = await attempt(good, 'a\n\u001b[31mboom one\u001b[0m\nboom two');
    expect(output.split('\n').slice(1)).toEqual([
      '   2  error  high  mine.boom  boom one  {"what":"one"}',
      '   3  error  high  mine.boom  boom two  {"what":"two"}',
      '',
    ]);
  });

  it('gives the events as JSON', async () => {
    const { output } = await attempt(good, 'boom x\n', { json: true, agent: 'codex' });
    expect(JSON.parse(output)).toMatchObject([
      { line_number: 1, event_type: 'error', pattern: 'mine.boom', metadata_json: '{"what":"x"}' },
    ]);
  });

  it('says when there is none', async () => {
    expect((await attempt(good, 'nothing\n')).complaints).toEqual(['no event']);
  });

  it('says when the file is for other agents', async () => {
    const { complaints } = await attempt(good, 'boom x\n', { agent: 'claude' });
    expect(complaints).toEqual([expect.stringContaining('applies to codex, not to claude'), 'no event']);
  });

  it('refuses a file that is not valid', async () => {
    const { exitCode, complaints } = await attempt(bad, '');
    expect(exitCode).toBe(1);
    expect(complaints[0]).toContain('bad.yaml:8:');
  });

  it('refuses a file that is not there', async () => {
    const { exitCode, complaints } = await attempt(join(folder, 'none.yaml'), '');
    expect(exitCode).toBe(1);
    expect(complaints).toEqual([expect.stringContaining('cannot read')]);
  });
});

describe('ridealong patterns list', () => {
  it('lists patterns and where they come from, and complains about packs that are broken', async () => {
    const project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'mine.yaml'), yaml);
    writeFileSync(join(project, 'broken.yaml'), 'name: [');
    const terminal = captureTerminal();
    const context = contextWith({}, terminal);
    const paths = { ...context.paths, userPacks: join(folder, 'none'), projectPacks: project };
    expect(await patternsListCommand.run({ agent: 'codex' }, [], { ...context, paths })).toBe(1);
    expect(terminal.output()).toMatch(/mine\.boom +error +high +mine +codex +project\n/);
    expect(terminal.complaints).toContainEqual(expect.stringContaining('broken.yaml:1:'));
  });

  it('marks patterns that another place replaces', () => {
    const pattern = {
      id: 'p',
      type: 'error',
      regex: 'x',
      flags: '',
      risk: 'low',
      priority: 1,
      autoConfirmable: false,
      examples: { match: [], noMatch: [] },
    } as const;
    const pack = (agents: string[]): Pack => ({
      name: 'a',
      version: '1',
      agents,
      sections: [],
      patterns: [pattern],
      messages: [],
      questions: [],
      digest: '',
    });
    const place = (origin: 'shipped' | 'user', agents: string[]) => ({
      origin,
      folder: '',
      packs: [pack(agents)],
      complaints: [],
    });
    const replaced = (shipped: string[], user: string[]) =>
      rowsOf([place('shipped', shipped), place('user', user)], undefined).map((row) => row.replaced);
    expect(replaced(['codex'], ['codex', 'claude'])).toEqual([true, false]);
    expect(replaced(['codex'], ['*'])).toEqual([true, false]);
    expect(replaced(['*'], ['codex'])).toEqual([false, false]);
  });
});
