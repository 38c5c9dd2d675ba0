import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import type { CommandGroup } from './program.ts';
import type { ParsedWords } from './take-arguments.ts';

/**
 * What yargs would make of a command line in which nothing is amiss: a command of ours with options that it knows, each
 * with a value if it takes one. Undefined for all others. yargs takes longer to load than most commands to run.
 */
export function readPlainWords(
  words: readonly string[],
  entries: readonly (Command | CommandGroup)[],
): { readonly command: Command; readonly parsed: ParsedWords } | undefined {
  const command = commandOf(words, entries);
  if (command === undefined || words.includes('--')) return undefined;
  const nameLength = command.name.split(' ').length;
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: words.slice(nameLength),
      options,
      allowPositionals: true,
    });
    const hasEmptyValue = Object.values(values).includes('');
    return hasEmptyValue
      ? undefined
      : { command, parsed: { ...values, _: [...words.slice(0, nameLength), ...positionals] } };
  } catch {
    // yargs knows what to say.
    return undefined;
  }
}

function commandOf([first, second]: readonly string[], entries: readonly (Command | CommandGroup)[]) {
  const entry = entries.find(({ name }) => name === first);
  if (entry === undefined || !('commands' in entry)) return entry;
  return entry.commands.find(({ name }) => name === `${first ?? ''} ${second ?? ''}`);
}
