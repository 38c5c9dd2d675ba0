import type { Paths } from '../domain/config.ts';
import { type Failure, isDamage } from '../domain/failure.ts';
import type { SessionReader } from '../domain/ports.ts';
import type { Result } from '../domain/result.ts';
import type { OptionSpecs, OptionValues } from './option-spec.ts';
import { refuse, type Terminal } from './terminal.ts';

/** What a command works with; tests pass their own. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly paths: Paths;
  readonly now: Date;
  /** @param found what a reader has found the store to be */
  openStore(found?: { readonly isDamaged: boolean }): Promise<Result<SessionReader, Failure>>;
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

/**
 * Opens the store for one command and closes it behind it. One that turns out to be damaged is set aside and built anew
 * from the recordings, and read again, unless something of the answer is out already.
 */
export async function readStore<Value>(
  context: CommandContext,
  read: (reader: SessionReader) => Result<Value, Failure> | Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure>> {
  const answer = await readOnce(context, read);
  if (answer.ok || !isDamage(answer.failure) || context.terminal.hasWritten) return answer;
  return readOnce(context, read, { isDamaged: true });
}

async function readOnce<Value>(
  context: CommandContext,
  read: (reader: SessionReader) => Result<Value, Failure> | Promise<Result<Value, Failure>>,
  found?: { readonly isDamaged: boolean },
): Promise<Result<Value, Failure>> {
  const opened = await context.openStore(found);
  if (!opened.ok) return opened;
  try {
    return await read(opened.value);
  } finally {
    opened.value.close();
  }
}

/** As {@link readStore}, for what a command does: its exit code, or why it could not be done, which is printed. */
export async function withStore(
  context: CommandContext,
  read: (reader: SessionReader) => Result<number, Failure> | Promise<Result<number, Failure>>,
): Promise<number> {
  const done = await readStore(context, read);
  return done.ok ? done.value : refuse(context.terminal, done.failure);
}
