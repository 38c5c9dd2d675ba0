import yargs, { type Argv, type Options } from 'yargs';
import { type Command, operandName } from './command.ts';
import type { OptionSpec, OptionSpecs } from './option-spec.ts';
import type { ParsedWords } from './take-arguments.ts';
import { version } from './version.ts';
import { pipeOptions, wrapOptions } from './wrap-options.ts';

export interface CommandGroup {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly Command[];
}

/** Completions for the last of the words typed so far, beyond yargs' own; undefined leaves it to yargs. */
export type Completer = (typed: readonly string[]) => string[] | undefined;

const usage = `ridealong [options] [--] <command> [args…]

Runs the command as if ridealong were not there, records what it prints, and
extracts what matters. Our options stand only before the command.`;

/**
 * The parser of everything but a wrapping run, and `--help` of that, too.
 *
 * @param words the command line; completions of commands look at it here
 * @param choose is told which command the words name
 */
export function program(
  words: readonly string[],
  commands: readonly (Command | CommandGroup)[],
  choose: (command: Command, parsed: ParsedWords) => void,
  complete: Completer,
  columns: number,
): Argv {
  const parser = parserOf(words)
    .scriptName('ridealong')
    .locale('en')
    .updateStrings({
      'Show version number': 'Show the version',
    })
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .exitProcess(false)
    // What yargs calls a mistake is let through: `takeArguments` says it better.
    .fail((_message, error) => {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- absent for mistakes of the user
      if (error) throw error;
    })
    .wrap(Math.min(columns, 100))
    .version(version)
    .help()
    .alias('h', 'help')
    .usage(usage)
    .example('ridealong codex exec "fix the test"', 'wrap a command')
    .example('ridealong --agent nightly -- ./agent.sh', 'name the agent')
    .example('ridealong show @last', 'see what it did')
    .epilogue('A session is named by its id, the beginning of its id, @last, or @2 for the last but one.');
  for (const [name, spec] of Object.entries<OptionSpec>(wrapOptions)) {
    if (name !== 'help' && name !== 'version') parser.option(name, { ...yargsOption(spec), global: false });
  }
  addRecordingCommands(parser);
  for (const entry of commands) {
    if ('commands' in entry) addGroup(parser, entry, choose);
    else addCommand(parser, entry, entry.name, choose);
  }
  return parser.completion(
    'completion',
    'Print a completion script for bash or zsh',
    (_current: string, _parsed: unknown, fallback: () => void, done: (found: string[]) => void) => {
      const found = complete(words.slice(1));
      if (found === undefined) fallback();
      else done(found);
    },
  );
}

/** yargs writes its completion script for the shell that it finds in the environment when it is made. */
function parserOf(words: readonly string[]): Argv {
  const { SHELL: shell } = process.env;
  const [first, wanted] = words;
  if (first === 'completion' && wanted !== undefined) process.env['SHELL'] = wanted;
  const parser = yargs([...words]);
  if (shell === undefined) delete process.env['SHELL'];
  else process.env['SHELL'] = shell;
  return parser;
}

/** Only for `--help`: these are run before yargs is loaded. */
function addRecordingCommands(parser: Argv): void {
  parser.command('run', 'Wrap a command, also one that is named like one of ours', (builder: Argv) =>
    withOptions(builder, wrapOptions)
      .usage('ridealong run [options] [--] <command> [args…]')
      .example('ridealong run --agent nightly -- ./agent.sh', '')
      .example('ridealong run show', 'wrap a program named show'),
  );
  parser.command('pipe', 'Record standard input and pass it through', (builder: Argv) =>
    withOptions(builder, pipeOptions)
      .usage('ridealong pipe [options]')
      .example('cat old.log | ridealong pipe --agent codex > /dev/null', 'extract from what was recorded elsewhere'),
  );
}

function addGroup(parser: Argv, group: CommandGroup, choose: (command: Command, parsed: ParsedWords) => void): void {
  parser.command(group.name, group.describe, (builder: Argv) => {
    for (const command of group.commands) {
      addCommand(builder, command, command.name.slice(group.name.length + 1), choose);
    }
    return builder.usage(`ridealong ${group.name} <command>`);
  });
}

function addCommand(
  parser: Argv,
  command: Command,
  name: string,
  choose: (command: Command, parsed: ParsedWords) => void,
): void {
  const operands = command.operands.map((operand) => operand.usage);
  const line = ['ridealong', command.name, ...operands, '[options]'].join(' ');
  parser.command(
    [name, ...operands].join(' '),
    command.describe,
    (builder: Argv) => {
      for (const { usage: operand, describe } of command.operands) {
        builder.positional(operandName(operand), { type: 'string', describe });
      }
      for (const [example, describe] of command.examples) builder.example(example, describe);
      return withOptions(builder, command.options).usage(`${line}\n\n${command.describe}`);
    },
    (parsed) => choose(command, parsed),
  );
}

function withOptions(builder: Argv, specs: OptionSpecs): Argv {
  for (const [name, spec] of Object.entries(specs)) {
    if (name !== 'help' && name !== 'version') builder.option(name, yargsOption(spec));
  }
  return builder;
}

function yargsOption({ type, describe, choices, short }: OptionSpec): Options {
  const list = choices === undefined ? '' : `: ${choices.join(', ')}`;
  return { type, describe: `${describe}${list}`, ...(short !== undefined && { alias: short }) };
}
