import type { Stream } from './chunk.ts';
import type { JsonValue } from './json.ts';
import type { Ending, SessionState } from './session.ts';

/** What told so, for a person and for programs; `source` is always there. */
export type Evidence = { readonly source: EvidenceSource } & { readonly [key: string]: JsonValue };

/**
 * From the strongest to the weakest: where two disagree, the stronger one counts. `control` says nothing of the state:
 * it tells what was done to the session while it was in that state.
 */
export const evidenceSources = [
  'process',
  'screen',
  'message',
  'pattern',
  'notification',
  'output',
  'quiet',
  'control',
] as const;
export type EvidenceSource = (typeof evidenceSources)[number];

/**
 * Sequences by which a program tells its terminal what it is at, `OSC code ; payload`: iTerm2's and ConEmu's 9,
 * kitty's 99, FinalTerm's 133 for prompts, and rxvt's 777.
 */
export const notificationCodes = [9, 99, 133, 777] as const;
export type NotificationCode = (typeof notificationCodes)[number];

/**
 * One thing that tells what state the agent is in.
 * `timeUs` is the recording's clock: microseconds since the session started.
 */
export type StateSignal = { readonly timeUs: number } & (
  | { readonly kind: 'output'; readonly stream: Stream; readonly bytes: number; readonly hasLine: boolean }
  /** From now on an interface paints the terminal, and waits for its user whenever it is quiet, unless it shows work. */
  | { readonly kind: 'painted' }
  /** What stands on the screen shows it at work, until it is told otherwise. */
  | { readonly kind: 'shows-work'; readonly is: boolean }
  /** A message, or a line of text, of which its pack says what state it shows. */
  | {
      readonly kind: 'said';
      readonly state: SessionState;
      readonly evidence: Evidence & { readonly source: 'message' | 'pattern'; readonly pattern: string };
    }
  /** An event that shows it at work: a prompt, an answer, a tool call. */
  | { readonly kind: 'progress'; readonly evidence: Evidence }
  /** A question is on the screen. */
  | { readonly kind: 'question'; readonly evidence: Evidence }
  /** It is not there any more. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'notification'; readonly code: NotificationCode; readonly payload: string }
  | { readonly kind: 'bell' }
  /** The last line of a JSON stream is the beginning of a message. */
  | { readonly kind: 'cut-message'; readonly evidence: Evidence }
  | { readonly kind: 'stopped' | 'continued' }
  /** Somebody did something to the session. */
  | { readonly kind: 'control'; readonly evidence: Evidence }
  | { readonly kind: 'ended'; readonly ending: Ending }
);

/** What a program tells its terminal. */
export type NotificationSignal = Extract<StateSignal, { kind: 'notification' | 'bell' }>;

/** What agents do not report about themselves; the names are those of `--fail-on`. */
export const verdictNames = ['hung', 'stalled', 'cut', 'json-cut', 'exit-zero', 'truncated'] as const;
export type VerdictName = (typeof verdictNames)[number];

export interface Verdict {
  readonly name: VerdictName;
  readonly timeUs: number;
  /** One short sentence for a person. */
  readonly sentence: string;
  readonly evidence: Evidence;
}

/** The times that states and verdicts depend on; all can be set in the config file. */
export interface StateThresholds {
  /** Quiet for so long behind a finished turn, or in an interface that paints the terminal and shows no work: idle. */
  readonly idleAfterMs: number;
  /** Quiet for so long behind a notification or a bell: it is the user's turn. */
  readonly attentionAfterMs: number;
  /** Running for so long behind its last word: hung. */
  readonly hungAfterMs: number;
  /** Quiet for so long while working: stalled. */
  readonly stalledAfterMs: number;
}
