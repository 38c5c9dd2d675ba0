import { type Command, operandName } from './command.ts';
import type { OptionSpecs } from './option-spec.ts';
import type { CommandGroup } from './program.ts';
import { wrapOptions } from './wrap-options.ts';

const beforeCommand: OptionSpecs = wrapOptions;

/**
 * What the last of the typed words (`ridealong` is the first) is going to be:
 * the name of a session, one of some values, or something else.
 */
export function expectedValue(
  typed: readonly string[],
  commands: readonly (Command | CommandGroup)[],
): 'session' | string[] | undefined {
  const previous = typed.at(-2) ?? '';
  if (typed[1] === 'run' || typed[1]?.startsWith('-') === true) {
    const values = beforeCommand[previous.replace(/^--/, '')]?.choices;
    return values && [...values];
  }
  const command = commands.find(({ name }) => name === typed[1]);
  if (command === undefined || 'commands' in command) return undefined;
  if (previous === '--session') return 'session';
  const choices = command.options[previous.replace(/^--/, '')]?.choices;
  if (choices !== undefined) return [...choices];
  const [operand] = command.operands;
  if (operand === undefined || typed.at(-1)?.startsWith('-') === true) return undefined;
  const name = operandName(operand.usage);
  return (name === 'session' && typed.length === 3) || name === 'sessions' ? 'session' : undefined;
}
