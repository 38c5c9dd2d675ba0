import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeCommand } from '../../../src/cli/commands/code.ts';
import { ok } from '../../../src/domain/result.ts';
import type { CodeBlockRow } from '../../../src/domain/rows.ts';
import { captureTerminal, codeBlock, contextWith, session } from '../fixtures.ts';
import { dangerous, hostileText } from '../hostile-text.ts';

const shell = { ...codeBlock, language: 'zsh', content: 'ls', line_start: 9, line_end: 9, parseable: 0 } as const;

async function run(options: Parameters<typeof codeCommand.run>[0], blocks: CodeBlockRow[] = [codeBlock, shell]) {
  const terminal = captureTerminal();
  const reader = { findSession: () => ok(session), codeBlocks: () => ok(blocks) };
  const exitCode = await codeCommand.run(options, ['@last'], contextWith(reader, terminal));
  return { exitCode, output: terminal.output(), complaints: terminal.complaints };
}

describe('ridealong code', () => {
  it('prints blocks, each below a line that tells what it is', async () => {
    expect((await run({})).output).toBe(
      '--- 1: py, lines 6-6 ---\nprint("hi")\n\n--- 2: zsh, lines 9-9, not closed ---\nls\n',
    );
  });

  it.each(['py', 'Python', 'python3'])('knows the language by the name %s', async (language) => {
    expect((await run({ language })).output).toBe('--- 1: py, lines 6-6 ---\nprint("hi")\n');
  });

  it('says when there is none', async () => {
    const { complaints, exitCode, output } = await run({ language: 'rust' });
    expect({ complaints, exitCode, output }).toEqual({
      complaints: ['no code block in rust in this session'],
      exitCode: 0,
      output: '',
    });
  });

  it('prints rows by their columns’ names as JSON', async () => {
    expect(JSON.parse((await run({ json: true, language: 'sh' })).output)).toEqual([shell]);
  });

  it('lets nothing recorded do anything to the terminal', async () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const hostile = { ...codeBlock, content: hostileText(seed, 30), language: hostileText(seed, 3) };
      expect((await run({}, [hostile])).output).not.toMatch(dangerous);
    }
  });
});

describe('ridealong code --out', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ridealong-code-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes one file per block, as it was', async () => {
    const out = join(folder, 'new', 'blocks');
    const { exitCode, output } = await run({ out }, [{ ...codeBlock, content: 'x = "\u001b"' }, shell]);
    expect(exitCode).toBe(0);
    expect(output).toBe(`${out}/01.py\n${out}/02.sh\n`);
    expect(readFileSync(join(out, '01.py'), 'utf8')).toBe('x = "\u001b"\n');
    expect(readFileSync(join(out, '02.sh'), 'utf8')).toBe('ls\n');
  });

  it('takes no path from the language that the agent printed', async () => {
    await run({ out: folder }, [
      { ...codeBlock, language: '../../x' },
      { ...codeBlock, language: 'constructor' },
    ]);
    expect(readdirSync(folder)).toEqual(['01.txt', '02.txt']);
  });

  it('overwrites nothing, and then writes nothing', async () => {
    writeFileSync(join(folder, '02.sh'), 'mine');
    const { exitCode, complaints } = await run({ out: folder });
    expect(exitCode).toBe(74);
    expect(complaints).toEqual([expect.stringContaining('02.sh exists already')]);
    expect(readdirSync(folder)).toEqual(['02.sh']);
    expect(readFileSync(join(folder, '02.sh'), 'utf8')).toBe('mine');
  });

  it('follows no link out of the folder', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    symlinkSync(join(folder, 'elsewhere'), join(out, '01.py'));
    expect((await run({ out })).exitCode).toBe(74);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('says when the folder cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { exitCode, complaints } = await run({ out: join(folder, 'file', 'x') });
    expect(exitCode).toBe(74);
    expect(complaints).toEqual([expect.stringContaining('cannot write to')]);
  });
});
