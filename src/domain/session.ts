import type { Stream } from './chunk.ts';

/** How the child was wrapped: its own terminal, pipes, or not our child at all (`ridealong pipe`). */
export const sessionModes = ['terminal', 'pipe', 'stream'] as const;
export type SessionMode = (typeof sessionModes)[number];

/** One wrapped run. `session.json` holds exactly this, so that the store can be rebuilt from it. */
export interface Session {
  /** A ULID. */
  readonly id: string;
  /** The agent's name: from the command, or `--agent`. */
  readonly agent: string;
  readonly mode: SessionMode;
  /** What is recorded: one stream where stdout and stderr lead to the same place. */
  readonly streams: readonly Stream[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly host: string;
  /** The wrapper's process, whose end tells a session that was cut off from one that runs. */
  readonly process: ProcessIdentity;
  readonly parentSession?: string;
  readonly git?: { readonly branch?: string; readonly commit?: string };
  /** UTC, ISO 8601 with milliseconds. */
  readonly startedAt: string;
  readonly terminalSize?: { readonly columns: number; readonly rows: number };
  /** Name and digest of each pack that applies, in the order in which they are searched. */
  readonly packs: readonly { readonly name: string; readonly version: string; readonly digest: string }[];
  /** Absolute paths of the packs that were named on the command line. */
  readonly patternFiles: readonly string[];
  /** Whether secrets are masked in its recording; absent where a ridealong recorded it that did not know how. */
  readonly redacted?: boolean;
  /** Under which it was started, where one was asked for. */
  readonly lease?: NamedLease;
  /** What it was made from, where it was not wrapped but brought in by `ridealong import`. */
  readonly imported?: Imported;
  /** Absent while the session runs, and when its wrapper was killed. */
  readonly end?: SessionEnd;
}

/** A name of the user's, such as `deploy`, that at most one wrapper holds at a time. */
export interface NamedLease {
  readonly name: string;
  /** Grows each time somebody takes the name: who comes with an older one has lost it. */
  readonly token: number;
}

/** What `ridealong import` reads. */
export const importFormats = ['asciicast', 'script', 'jsonl', 'log'] as const;
export type ImportFormat = (typeof importFormats)[number];

/** The file that an imported session was made from. */
export interface Imported {
  readonly format: ImportFormat;
  /** Its absolute path when it was imported. */
  readonly file: string;
  /** SHA-256 of the file, followed by its timing where that is a file of its own, in hexadecimal. */
  readonly digest: string;
}

export interface SessionEnd {
  /** UTC, ISO 8601 with milliseconds. */
  readonly endedAt: string;
  readonly ending: Ending;
  /** Bytes that could not be recorded. */
  readonly gapBytes: Readonly<Record<Stream, number>>;
  /** What was masked while it ran; absent where that was nothing. */
  readonly redactions?: RedactionCounts;
}

/** How many secrets were masked, by the rule that found them. */
export type RedactionCounts = Readonly<Record<string, number>>;

/** How the child ended. */
export type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: number; readonly signalName: string }
  /** The command could not be started. */
  | { readonly kind: 'not-started'; readonly code: number; readonly message: string }
  /** Nobody saw the end; `reason` says why, in a few words for a person. */
  | { readonly kind: 'unseen'; readonly reason?: string }
  /** It was imported, and the file does not tell. */
  | { readonly kind: 'untold' };

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the process's start (`/proc/PID/stat`, field 22); 0 where that is unknown. */
  readonly startTicks: number;
}

/** States of a session that the store knows (`process_state_changes`). */
export const sessionStates = [
  'starting',
  'working',
  'needs_input',
  'idle',
  'rate_limited',
  'paused',
  'completed',
  'failed',
  'crashed',
] as const;
export type SessionState = (typeof sessionStates)[number];
