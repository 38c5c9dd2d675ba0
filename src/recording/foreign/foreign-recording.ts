import type { ImportFormat } from '../../domain/session.ts';

/** A recording that another program made. */
export interface ForeignRecording {
  readonly format: ImportFormat;
  /** Whether its output was meant for a terminal. */
  readonly isTerminal: boolean;
  /** Milliseconds since the epoch; undefined where the file does not tell. */
  readonly startedAtMs: number | undefined;
  /** What was run, as typed into a shell; undefined where the file does not tell. */
  readonly command: string | undefined;
  /** Of the terminal at the start; undefined where the file does not tell. */
  readonly size: TerminalSize | undefined;
  /** What happened, in order; read as it is asked for, once. */
  readonly entries: Iterable<ForeignEntry>;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Whether a terminal may have been so large; what a damaged file tells would fill the memory. */
export function isPlausible({ columns, rows }: TerminalSize): boolean {
  return [columns, rows].every((count) => Number.isInteger(count) && count > 0 && count <= 2000);
}

/** No session lasts longer (some thirty years): beyond, a file is damaged, or counts in another unit. */
export const longestSeconds = 1e9;

/** `timeUs` is in microseconds since the start. What was typed is left out: it may hold secrets. */
export type ForeignEntry =
  | { readonly kind: 'output'; readonly timeUs: number; readonly bytes: Uint8Array }
  | ({ readonly kind: 'resize'; readonly timeUs: number } & TerminalSize)
  /** The command ended, with this exit code where it is told. */
  | { readonly kind: 'end'; readonly timeUs: number; readonly exitCode?: number }
  /** The file was cut off: here, everything before it counts. Comes last. */
  | { readonly kind: 'cut'; readonly place: string }
  /** The file cannot be read any further, and is not what it seemed to be. Comes last. */
  | { readonly kind: 'fault'; readonly fault: Fault };

/** What is wrong with a file: `place` is its path, with the line where there is one. */
export interface Fault {
  readonly place: string;
  readonly message: string;
}
