import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Command, operandName } from './command.ts';
import { didYouMean } from './did-you-mean.ts';
import type { OptionSpec } from './option-spec.ts';

/** What yargs made of a command line: options and operands by name, surplus words in `_`. */
export interface ParsedWords {
  readonly [name: string]: unknown;
  readonly _: readonly (string | number)[];
}

export interface Arguments {
  readonly options: Readonly<Record<string, string | boolean>>;
  readonly operands: readonly string[];
}

/** A command's own arguments out of what yargs parsed; anything it does not know is refused. */
export function takeArguments(command: Command, parsed: ParsedWords): Result<Arguments, Failure> {
  const operandNames = command.operands.map(({ usage }) => operandName(usage));
  const optionNames = Object.entries(command.options).flatMap(([name, { short = name }]) => [name, short]);
  const known = new Set(['_', '$0', 'help', 'h', 'version', ...operandNames, ...optionNames]);
  const unknown = Object.keys(parsed).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const dashes = unknown.length === 1 ? '-' : '--';
    const hint = didYouMean(unknown, Object.keys(command.options), '--');
    return refused(command, `${command.name} has no option ${dashes}${unknown}${hint}`);
  }

  const options: Record<string, string | boolean> = {};
  for (const [name, spec] of Object.entries(command.options)) {
    const value = lastOf(parsed[name]);
    const mistake = valueMistake(name, spec, value);
    if (mistake !== undefined) return refused(command, mistake);
    if (typeof value === 'boolean' || typeof value === 'string') options[name] = value;
  }

  const words = command.name.split(' ').length;
  const operands = [...operandNames.map((name) => parsed[name]), ...parsed._.slice(words)]
    .flat()
    .filter((operand) => operand !== undefined)
    .map(String);
  const missing = command.operands.find(({ usage }, index) => usage.startsWith('<') && operands[index] === undefined);
  if (missing !== undefined) {
    return refused(command, `${command.name} needs ${missing.usage}: ${lowerFirst(missing.describe)}`);
  }
  const takesMany = command.operands.some(({ usage }) => usage.includes('..'));
  const surplus = takesMany ? undefined : operands[operandNames.length];
  if (surplus !== undefined) return refused(command, `${command.name} takes no further "${surplus}"`);
  return ok({ options, operands });
}

/** Of an option that was given twice, the last counts. */
function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}

function valueMistake(name: string, spec: OptionSpec, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  // Without negated options, yargs makes `false` only of `--json=anything`.
  if (spec.type === 'boolean') return value === true ? undefined : `--${name} takes no value`;
  if (typeof value !== 'string' || value === '') return `--${name} needs a value`;
  if (spec.choices === undefined || spec.choices.includes(value)) return undefined;
  return `--${name} takes ${spec.choices.join(', ')}, not "${value}"${didYouMean(value, spec.choices)}`;
}

const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

function refused(command: Command, message: string) {
  return fail<Failure>({ reason: 'usage', message: `${message}; see ridealong ${command.name} --help` });
}
