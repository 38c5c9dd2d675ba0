import type { Paths } from '../domain/config.ts';
import type { Failure } from '../domain/failure.ts';
import type { SessionReader } from '../domain/ports.ts';
import type { Result } from '../domain/result.ts';
import type { OptionSpecs, OptionValues } from './option-spec.ts';
import { refuse, type Terminal } from './terminal.ts';

/** What a command works with; tests pass their own. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly paths: Paths;
  readonly now: Date;
  openStore(): Promise<Result<SessionReader, Failure>>;
}

/** A word behind the command, as yargs writes it: `<session>` or `[files..]`. */
export interface OperandSpec {
  readonly usage: `<${string}>` | `[${string}]`;
  readonly describe: string;
}

/** `session` of `<session>`. */
export function operandName(usage: string): string {
  return usage.replace(/[<>[\].]/g, '');
}

export interface Command<Specs extends OptionSpecs = OptionSpecs> {
  /** One word, or two for a command of a group: `patterns check`. */
  readonly name: string;
  readonly describe: string;
  readonly operands: readonly OperandSpec[];
  readonly options: Specs;
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [string, string])[];
  /** @returns the exit code */
  run(options: OptionValues<Specs>, operands: readonly string[], context: CommandContext): Promise<number>;
}

/** Only says what type `command` has, so that its options' values are typed in `run`. */
export function defineCommand<const Specs extends OptionSpecs>(command: Command<Specs>): Command<Specs> {
  return command;
}

/** Opens the store for one command and closes it behind it. */
export async function withStore(
  context: CommandContext,
  read: (reader: SessionReader) => number | Promise<number>,
): Promise<number> {
  const opened = await context.openStore();
  if (!opened.ok) return refuse(context.terminal, opened.failure);
  try {
    return await read(opened.value);
  } finally {
    opened.value.close();
  }
}
