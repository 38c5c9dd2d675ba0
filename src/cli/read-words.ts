import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Command } from './command.ts';
import { commandNames } from './command-names.ts';
import { didYouMean } from './did-you-mean.ts';
import type { CommandGroup, Completer } from './program.ts';
import { readPlainWords } from './read-plain-words.ts';
import { type Arguments, takeArguments } from './take-arguments.ts';

/** What a command line that wraps nothing asks for. */
export type Request =
  | ({ readonly kind: 'command'; readonly command: Command } & Arguments)
  /** Help, the version, completions. */
  | { readonly kind: 'print'; readonly text: string };

/** How the completion script asks for completions. */
export const completionRequest = '--get-yargs-completions';

const shells = ['bash', 'zsh'];

/** Reads the words of a command line, with yargs where they are more than a command and what it knows. */
export async function readWords(
  words: readonly string[],
  commands: readonly (Command | CommandGroup)[],
  environment: { readonly complete: Completer; readonly columns: number },
): Promise<Result<Request, Failure>> {
  const [first, shell] = words;
  if (first === 'completion' && shell?.startsWith('-') === false && !shells.includes(shell)) {
    return usage(`completion knows ${shells.join(' and ')}, not "${shell}"`);
  }
  const plain = readPlainWords(words, commands);
  if (plain) {
    const taken = takeArguments(plain.command, plain.parsed);
    return taken.ok ? ok({ kind: 'command', command: plain.command, ...taken.value }) : taken;
  }
  const { program } = await import('./program.ts');
  let chosen: Result<Request, Failure> | undefined;
  const parser = program(
    words,
    commands,
    (command, parsed) => {
      const taken = takeArguments(command, parsed);
      chosen = taken.ok ? ok({ kind: 'command', command, ...taken.value }) : taken;
    },
    environment.complete,
    environment.columns,
  );
  let text = '';
  await parser.parseAsync([...words], {}, (_error, _parsed, output) => {
    text = output;
  });
  if (text !== '' || words[0] === completionRequest) {
    return ok({ kind: 'print', text: text === '' ? '' : `${text}\n` });
  }
  return chosen ?? usage(unknownCommand(words, commands));
}

function unknownCommand(words: readonly string[], entries: readonly (Command | CommandGroup)[]): string {
  const [first = '', second] = words;
  const group = entries.find((entry) => entry.name === first);
  if (group === undefined || !('commands' in group)) {
    return `unknown command "${first}"${didYouMean(first, commandNames)}; see ridealong --help`;
  }
  const names = group.commands.map(({ name }) => name.slice(first.length + 1));
  const list = `${first} takes ${names.join(', ')}`;
  return second === undefined
    ? `${list}; see ridealong ${first} --help`
    : `${list}, not "${second}"${didYouMean(second, names)}`;
}

function usage(message: string) {
  return fail<Failure>({ reason: 'usage', message });
}
