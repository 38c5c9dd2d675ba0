/**
 * Everything that may be expected to go wrong, one member per reason.
 *
 * `message` is one line for a person: what happened, where, and what to do.
 */
export type Failure =
  | { readonly reason: 'command-not-found' | 'command-not-executable'; readonly message: string }
  | { readonly reason: 'usage'; readonly message: string }
  /** Somebody else holds the lease that was asked for; or it was taken from who held it. */
  | { readonly reason: 'lease-held' | 'lease-lost'; readonly message: string }
  /** A cursor of a database that has been rebuilt since. */
  | { readonly reason: 'cursor-ahead'; readonly message: string }
  | { readonly reason: 'session-not-found' | 'session-ambiguous' | 'session-running'; readonly message: string }
  | { readonly reason: 'pack-invalid'; readonly message: string; readonly complaints: readonly Complaint[] }
  /** Another process holds the write lock: worth another try. */
  | { readonly reason: 'database-busy'; readonly message: string }
  | {
      readonly reason: 'database-unreadable' | 'database-newer' | 'database-foreign';
      readonly message: string;
      readonly fault?: StorageFault;
    }
  | { readonly reason: 'recording-unreadable' | 'recording-unwritable'; readonly message: string }
  /** A command to a session was not carried out; `Refusal` has the reasons. */
  | { readonly reason: 'command-refused'; readonly message: string }
  /** The user has a server already. */
  | { readonly reason: 'server-running'; readonly message: string }
  /** No server can be reached, or is safe, at the place where its socket, its port and its token should be. */
  | { readonly reason: 'runtime-unusable'; readonly message: string };

/** What keeps the database from being used, as far as it matters for when to try again. */
export type StorageFault = 'full' | 'damaged' | 'read-only' | 'forbidden' | 'input-output';

/** Whether the file holds something else than it should. */
export function isDamage(failure: Failure): boolean {
  return 'fault' in failure && failure.fault === 'damaged';
}

/** One complaint about a file a user wrote. Lines and columns count from 1. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Exit codes of our own. A wrapped command's own code or signal always wins.
 * 126 and 127 are what POSIX shells use; 64, 74 and 75 follow sysexits.h.
 */
export const exitCodes = {
  failure: 1,
  usage: 64,
  /** The child exited 0, but `--fail-on` names a verdict on it (EX_SOFTWARE). */
  verdict: 70,
  inputOutput: 74,
  /** The lease is held by somebody else: later it may be had (EX_TEMPFAIL). */
  leaseHeld: 75,
  commandNotExecutable: 126,
  commandNotFound: 127,
} as const;

/** The exit code of our own commands when they end with this failure. */
export function exitCodeOf(failure: Failure): number {
  switch (failure.reason) {
    case 'command-not-found':
      return exitCodes.commandNotFound;
    case 'command-not-executable':
      return exitCodes.commandNotExecutable;
    case 'usage':
      return exitCodes.usage;
    case 'lease-held':
      return exitCodes.leaseHeld;
    case 'recording-unreadable':
    case 'recording-unwritable':
    case 'database-busy':
    case 'database-unreadable':
    case 'database-newer':
    case 'database-foreign':
    case 'runtime-unusable':
      return exitCodes.inputOutput;
    case 'session-not-found':
    case 'session-ambiguous':
    case 'session-running':
    case 'command-refused':
    case 'cursor-ahead':
    case 'server-running':
    case 'pack-invalid':
    case 'lease-lost':
      return exitCodes.failure;
  }
}
