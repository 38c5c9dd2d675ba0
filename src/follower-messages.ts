import type { Paths, Settings } from './domain/config.ts';
import type { ControlLevel, Sight } from './domain/control.ts';
import type { StorageMode } from './domain/mode.ts';
import type { Ending, Session } from './domain/session.ts';
import type { Verdict } from './domain/state.ts';
import type { ToFollower } from './recording/hand-over.ts';

/** What the follower is started with; the config file says what the command line did not. */
export interface FollowerTask extends Partial<Pick<Settings, 'failOn' | 'killAfterMs'>> {
  readonly session: Session;
  readonly paths: Paths;
  /** False with `--no-serve`. */
  readonly mayServe: boolean;
  readonly storageMode?: StorageMode;
}

/** What a follower in a thread of its own is started with. */
export interface FollowerThreadTask extends FollowerTask {
  /** As `StopGate.shared`, where this process may stop itself. */
  readonly stopGate?: SharedArrayBuffer;
}

/** To the follower: the wrapper is about to be stopped, and nobody would answer its clients; or it goes on. */
export type RoleMessage = { readonly kind: 'rest-role' } | { readonly kind: 'begin-role' };
/** Asks what is to be seen, as of all that was sent before; answered with `seen`. */
export interface Look {
  readonly kind: 'look';
  readonly id: number;
  /** As with `clock`. */
  readonly timeUs: number;
}

/** The last message to the follower. */
export interface ChildEnded {
  readonly kind: 'ended';
  readonly ending: Ending;
  /** UTC, ISO 8601 with milliseconds. */
  readonly endedAt: string;
}

export type FromMain = ToFollower | Look | ChildEnded | RoleMessage;

/** The follower's end of what joins it to the main thread. */
export interface FollowerLink {
  tell(message: FromFollower): void;
  /** Called once; what was sent before is heard, too. */
  listen(hear: (message: FromMain) => void): void;
  /** What was sent and not heard yet, the oldest first. */
  next(): FromMain | undefined;
}

/** What the follower tells the main thread. */
export type FromFollower =
  /** To be answered with the clock. */
  | { readonly kind: 'what-time' }
  /** So many bytes are recorded, or counted as a gap. */
  | { readonly kind: 'settled'; readonly bytes: number }
  /** All that the child wrote is recorded, or counted as a gap, and how it ended. */
  | { readonly kind: 'recorded' }
  /** The answer to a look; nothing where nothing is extracted. */
  | { readonly kind: 'seen'; readonly id: number; readonly sight?: Sight }
  /** What the user's settings let others do to the session. */
  | { readonly kind: 'control'; readonly level: ControlLevel }
  /** A stop is recorded and stored, as far as it can be now. */
  | { readonly kind: 'stop-noted' }
  /** The wrapper is to fail because of it. */
  | { readonly kind: 'failing'; readonly verdict: Verdict }
  /** The child is to be killed because of it. */
  | { readonly kind: 'kill'; readonly verdict: Verdict }
  /** Something went wrong that does not concern the child. */
  | { readonly kind: 'trouble'; readonly message: string }
  /** The session is recorded and extracted, as far as it can be now. */
  | { readonly kind: 'done' };
