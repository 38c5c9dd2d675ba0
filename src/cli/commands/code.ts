import picocolors from 'picocolors';
import { exitCodes } from '../../domain/failure.ts';
import type { CodeBlockRow } from '../../domain/rows.ts';
import { languageOf } from '../code-language.ts';
import { ok } from '../../domain/result.ts';
import { defineCommand, withStore } from '../command.ts';
import { json } from '../output/json.ts';
import { printable, printableLine } from '../../domain/printable.ts';
import { readingOptions, sessionOperand } from '../reading-options.ts';
import type { Terminal } from '../terminal.ts';
import { writeCodeFiles } from '../write-code-files.ts';

export const codeCommand = defineCommand({
  name: 'code',
  describe: "Print a session's code blocks, or write them to files",
  operands: [sessionOperand],
  options: {
    language: { type: 'string', describe: 'Only in this language, by any of its names: py, python' },
    out: { type: 'string', describe: 'Write one file per block into this directory' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong code @last --language py', 'the Python of the last session'],
    ['ridealong code @last --out blocks', 'blocks/01.py, blocks/02.sh, …'],
  ],
  async run(options, [reference = ''], context) {
    const { terminal } = context;
    return withStore(context, async (reader) => {
      const session = reader.findSession(reference);
      if (!session.ok) return session;
      const found = reader.codeBlocks({ session: session.value.session_id });
      if (!found.ok) return found;
      const { language } = options;
      const blocks = found.value.filter((block) => isIn(language, block));

      if (options.out !== undefined) {
        return ok(await writeFiles(blocks, options.out, options.json === true, terminal));
      }
      if (options.json === true) await terminal.write(json(blocks));
      else if (blocks.length === 0) terminal.complain(noBlock(language));
      else await printBlocks(blocks, terminal);
      return ok(0);
    });
  },
});

function isIn(language: string | undefined, block: CodeBlockRow): boolean {
  return language === undefined || languageOf(block.language) === languageOf(language);
}

const noBlock = (language: string | undefined) =>
  language === undefined ? 'no code blocks in this session' : `no code block in ${language} in this session`;

async function writeFiles(
  blocks: readonly CodeBlockRow[],
  directory: string,
  asJson: boolean,
  terminal: Terminal,
): Promise<number> {
  const written = await writeCodeFiles(blocks, directory);
  if (!written.ok) {
    terminal.complain(written.failure);
    return exitCodes.inputOutput;
  }
  await terminal.write(asJson ? json(written.value) : written.value.map((path) => `${printableLine(path)}\n`).join(''));
  return 0;
}

async function printBlocks(blocks: readonly CodeBlockRow[], terminal: Terminal): Promise<void> {
  const { bold } = picocolors.createColors(terminal.colour);
  for (const [index, block] of blocks.entries()) {
    const gap = index === 0 ? '' : '\n';
    const content = printable(block.content.replace(/\n?$/, '\n'));
    if (!(await terminal.write(`${gap}${bold(header(block, index + 1))}\n${content}`))) return;
  }
}

function header(block: CodeBlockRow, number: number): string {
  const language = block.language === '' ? 'no language' : printableLine(block.language);
  const open = block.parseable === 1 ? '' : ', not closed';
  return `--- ${number}: ${language}, lines ${block.line_start}-${block.line_end}${open} ---`;
}
