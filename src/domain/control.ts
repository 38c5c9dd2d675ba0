import type { Deed } from './deed.ts';
import type { SessionMode, SessionState } from './session.ts';

/*
 * Commands to a session that runs: what may be asked of its wrapper, over its
 * own socket, and what it answers. The names are those on the wire.
 */

/** What may be done to a session from elsewhere: `process` to its processes alone, `input` also typing and answering. */
export const controlLevels = ['process', 'input'] as const;
export type ControlLevel = (typeof controlLevels)[number];

/** What whoever asks may do. Each holds those before it: who may type can answer a question, too. */
export const scopes = ['read', 'approve', 'input'] as const;
export type Scope = (typeof scopes)[number];

export const controlSignals = ['INT', 'TERM', 'KILL', 'HUP', 'USR1', 'USR2'] as const;
export type ControlSignal = (typeof controlSignals)[number];

/** Most that is typed at once, in bytes of UTF-8. */
export const maxInputBytes = 8 * 1024;

/** A name that a client gives itself. */
export const clientName = /^[A-Za-z0-9._@:+-]{1,40}$/;
/** See {@link Prompt}. */
export const promptHash = /^[0-9a-f]{32}$/;
/** The key or the label of an option. */
export const maxOptionLength = 200;

export type SessionCommand =
  | { readonly command: 'get_state' | 'pause' | 'resume' | 'kill' }
  | { readonly command: 'send_signal'; readonly signal: ControlSignal }
  /** `submit`: with the key Enter behind it. */
  | { readonly command: 'send_input'; readonly text: string; readonly submit?: boolean }
  /** The prompt that was seen; `option` where it is to be another one than the plain yes or no. */
  | {
      readonly command: 'approve' | 'deny';
      readonly prompt_id: number;
      readonly text_hash: string;
      readonly option?: string;
    };
export type CommandName = SessionCommand['command'];

export function scopeOf(command: CommandName): Scope {
  if (command === 'get_state') return 'read';
  return command === 'approve' || command === 'deny' ? 'approve' : 'input';
}

/** Who asks. The name is what the client calls itself; nothing proves it. */
export interface Actor {
  readonly name: string;
  readonly via: 'cli' | 'http' | 'websocket';
  /** Of the program that asks, where that is known. */
  readonly pid?: number;
  /** Where it asks from, as `127.0.0.1:40000`. */
  readonly peer?: string;
}

/** A line to the session's socket. */
export type CommandRequest = SessionCommand & {
  readonly request_id: string;
  readonly by: Actor;
  /** Milliseconds since the epoch: a wrapper that was stopped and reads it later leaves it undone. */
  readonly expires_at: number;
};

/** A line from the session's socket: first that the request was read, then what came of it. */
export type CommandReply = { readonly request_id: string | null } & (
  | { readonly accepted: true }
  | { readonly result: CommandResult }
  | { readonly refusal: Refusal }
);

/** Who types now; others have to wait until then. */
export interface Lease {
  readonly holder: Actor;
  /** ISO 8601. */
  readonly expires_at: string;
}

/** A question that stands on the screen and waits for an answer. */
export interface Prompt {
  /** Where in the recording it was first seen: the `byte_offset` of its event. */
  readonly prompt_id: number;
  /** Of its text, command and options: the `text_hash` in its event's metadata. */
  readonly text_hash: string;
  readonly pattern: string;
  readonly question: string;
  readonly command: string | null;
  readonly options: readonly PromptOption[];
}

export interface PromptOption {
  /** What to press for it, where the screen tells. */
  readonly key?: string;
  readonly label: string;
}

/** What the follower sees of a session, as of all that it was handed. */
export interface Sight {
  readonly state: SessionState;
  /** Since when the prompt stands there, on the recording's clock. */
  readonly prompt?: Prompt & { readonly sinceUs: number };
  /** Whether the screen is being painted, so that the next look may see something else. */
  readonly isUnsettled: boolean;
}

export type CommandResult =
  | {
      readonly command: 'get_state';
      readonly session_id: string;
      /** Null where nothing tells it now. */
      readonly state: SessionState | null;
      /** Whether it was stopped by `pause`. */
      readonly paused: boolean;
      readonly mode: SessionMode;
      readonly pid: number;
      readonly control: ControlLevel;
      /** Whether the child's input is ours to write to; in pipes it is the user's. */
      readonly input_is_ours: boolean;
      readonly lease: Lease | null;
      readonly prompt: Prompt | null;
    }
  | { readonly command: 'pause' | 'resume'; readonly paused: boolean }
  | { readonly command: 'send_signal'; readonly signal: ControlSignal }
  /** How it ended, as a shell reads it; null where nobody saw it. */
  | { readonly command: 'kill'; readonly exit_code: number | null; readonly exit_signal: string | null }
  | { readonly command: 'send_input'; readonly written_bytes: number; readonly lease: Lease }
  | {
      readonly command: 'approve' | 'deny';
      readonly prompt_id: number;
      /** The label of the option that was chosen. */
      readonly option: string;
      /** Whether the prompt has left the screen since. */
      readonly has_left: boolean;
      readonly lease: Lease;
    };

/** Why a command was not carried out. */
export const refusalCodes = [
  /** It is malformed. */
  'bad_command',
  /** There is no such session. */
  'session_not_found',
  /** It has ended, or has no process that is ours. */
  'not_running',
  /** Its wrapper does not answer: it is stopped, or overloaded. */
  'not_answering',
  /** It cannot have a socket where it should be. */
  'unreachable',
  /** It was not started with `--control input`. */
  'control_off',
  /** Its input is a pipe or a file, which is not ours. */
  'input_not_ours',
  /** Another one types now. */
  'lease_held',
  /** The prompt does not stand on the screen, or not as it was named. */
  'screen_moved_on',
  /** The prompt was answered already. */
  'already_answered',
  /** No key is known for the answer. */
  'unknown_option',
  /** The child did not do, or take, in time what was wanted. */
  'no_effect',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** One line for a person. */
  readonly message: string;
  /** With `lease_held`. */
  readonly lease?: Lease;
}

export function deedOf(command: CommandName, by: Actor, particulars: Readonly<Record<string, string | number>>): Deed {
  const { name, ...rest } = by;
  return { command, by: name, ...rest, ...particulars };
}
