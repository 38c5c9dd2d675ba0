import type { LogLine } from '../domain/log-line.ts';

/** Whose lines: of one session, of one agent's, or of all that run. */
export interface WantedLines {
  readonly session?: string;
  readonly agent?: string;
}

/** To the thread that follows recordings. */
export type ToLineThread =
  /** What is wanted from `fromMs` on (milliseconds since the epoch), in the place of what was: the thread may have to be loaded first. */
  | { readonly kind: 'want'; readonly wanted: readonly WantedLines[]; readonly fromMs: number }
  /** The last lines were passed on: it may tell more. */
  | { readonly kind: 'more' };

/** From it: some lines, in their order. It tells no more until it is asked. */
export type FromLineThread = readonly LogLine[];

export const isWanted = (
  { session, agent }: WantedLines,
  line: { readonly session_id: string; readonly agent: string },
): boolean => (session ?? line.session_id) === line.session_id && (agent ?? line.agent) === line.agent;
