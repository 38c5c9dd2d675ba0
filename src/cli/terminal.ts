import { isatty } from 'node:tty';
import { exitCodeOf, type Failure } from '../domain/failure.ts';
import { printableLine } from '../domain/printable.ts';

/** Where a command reads and prints, and what may be printed there. */
export interface Terminal {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  /** Whether anything was written. */
  readonly hasWritten: boolean;
  /** Writes to standard output as fast as it is read. False once nobody reads any more (`| head`). */
  write(data: string | Uint8Array): Promise<boolean>;
  /** Prints one line on standard error. */
  complain(message: string): void;
  readonly input: AsyncIterable<Uint8Array> & { readonly isTerminal: boolean };
}

/** The process's own streams. */
export function processTerminal(): Terminal {
  const { stdout, env } = process;
  let hasReader = true;
  let hasWritten = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    hasReader = false;
  });
  // `isTTY` is undefined where there is none; colours would then depend on whether `CI` is set.
  const isTerminal = isatty(1);
  return {
    isTerminal,
    // A terminal that was given no size says 0.
    columns: isTerminal ? stdout.columns || 80 : Infinity,
    rows: isTerminal ? stdout.rows || 24 : Infinity,
    colour: isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    get hasWritten() {
      return hasWritten;
    },
    async write(data) {
      hasWritten ||= data.length > 0;
      if (hasReader) await new Promise<void>((resolve) => stdout.write(data, () => resolve()));
      return hasReader;
    },
    complain(message) {
      process.stderr.write(`ridealong: ${printableLine(message)}\n`);
    },
    input: {
      isTerminal: isatty(0),
      [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    },
  };
}

/** Prints why a command cannot go on, and gives the exit code that says so. */
export function refuse(terminal: Terminal, failure: Failure): number {
  terminal.complain(failure.message);
  if (failure.reason === 'pack-invalid') {
    for (const { file, line, column, message } of failure.complaints) {
      terminal.complain(`${file}:${line}:${column}: ${message}`);
    }
  }
  return exitCodeOf(failure);
}
