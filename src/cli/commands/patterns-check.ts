import { readFile } from 'node:fs/promises';
import { type Complaint, exitCodes } from '../../domain/failure.ts';
import { defineCommand } from '../command.ts';
import { json } from '../output/json.ts';
import { printableLine } from '../../domain/printable.ts';
import { readingOptions } from '../reading-options.ts';

interface Verdict {
  readonly file: string;
  readonly patterns: number;
  readonly messages: number;
  readonly complaints: readonly Complaint[];
}

export const patternsCheckCommand = defineCommand({
  name: 'patterns check',
  describe: 'Check files of patterns, and their examples',
  operands: [{ usage: '<files..>', describe: 'Files of patterns (YAML)' }],
  options: { json: readingOptions.json },
  examples: [['ridealong patterns check .ridealong/patterns/*.yaml', 'exit code 1 if there are complaints']],
  async run(options, files, { terminal }) {
    const verdicts: Verdict[] = [];
    for (const file of files) verdicts.push(await check(file));
    await terminal.write(options.json === true ? json(verdicts) : verdicts.map(verdictText).join(''));
    return verdicts.some(({ complaints }) => complaints.length > 0) ? exitCodes.failure : 0;
  },
});

async function check(file: string): Promise<Verdict> {
  let yaml: string;
  try {
    yaml = await readFile(file, 'utf8');
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`;
    return { file, patterns: 0, messages: 0, complaints: [{ file, line: 1, column: 1, message }] };
  }
  // Loaded late: it takes longer than most commands run.
  const { loadPack } = await import('../../extract/load-pack.ts');
  const pack = loadPack(yaml, file);
  return pack.ok
    ? { file, patterns: pack.value.patterns.length, messages: pack.value.messages.length, complaints: [] }
    : { file, patterns: 0, messages: 0, complaints: pack.failure.complaints };
}

function verdictText({ file, patterns, messages, complaints }: Verdict): string {
  if (complaints.length === 0) {
    const counts = [counted(patterns, 'pattern'), ...(messages > 0 ? [counted(messages, 'message')] : [])];
    return `${printableLine(file)}: ok, ${counts.join(', ')}\n`;
  }
  return complaints
    .map(({ file: place, line, column, message }) => `${printableLine(`${place}:${line}:${column}: ${message}`)}\n`)
    .join('');
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
