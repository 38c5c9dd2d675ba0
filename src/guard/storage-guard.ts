import type { Failure } from '../domain/failure.ts';
import type { ForcedMode, StorageMode } from '../domain/mode.ts';
import {
  afterFailure,
  afterSuccess,
  effectiveMode,
  type GuardClock,
  type GuardState,
  isProbeDue,
  untroubled,
} from './guard-state.ts';
import type { ModeFile } from './mode-file.ts';

/** How old what is known of the others may be. */
const lookIntervalMs = 200;

/** The mode of storage as one process follows it, and changes it for all. */
export interface StorageGuard {
  /** What is to be done now. Costs a look at a small file, five times a second at most. */
  mode(): StorageMode;
  readonly forced: ForcedMode | undefined;
  readonly isProbeDue: boolean;
  failed(failure: Failure): void;
  /** To be called after each commit; costs nothing while nothing is wrong. */
  worked(): void;
  /** Somebody has tried the store, and has told all others, where that can be done. */
  probed(failure: Failure | undefined): void;
}

export interface ModeChange {
  readonly from: StorageMode;
  readonly to: StorageMode;
  /** What is forced now, if anything is. */
  readonly forced: ForcedMode | undefined;
}

export interface StorageGuardOptions {
  readonly base: StorageMode;
  readonly forcedMs: number;
  /** Where others are told; undefined where that cannot be. */
  readonly file: ModeFile | undefined;
  readonly clock: GuardClock;
  /** Called by {@link StorageGuard.mode} when it has changed. */
  readonly onChange: (change: ModeChange) => void;
}

export function createStorageGuard({ base, forcedMs, file, clock, onChange }: StorageGuardOptions): StorageGuard {
  let state: GuardState = file?.read() ?? untroubled;
  let lookedAtMs = clock.nowMs();
  let lastMode = base;
  /** Otherwise what we know is our own. */
  let isShared = file !== undefined;

  function look(): GuardState {
    const nowMs = clock.nowMs();
    // A clock that was set back is no reason not to look.
    if (isShared && Math.abs(nowMs - lookedAtMs) >= lookIntervalMs) {
      state = file?.read() ?? state;
      lookedAtMs = nowMs;
    }
    return state;
  }

  function update(change: (state: GuardState) => GuardState) {
    const before = (isShared ? file?.read() : undefined) ?? state;
    state = change(before);
    if (state !== before) isShared = file?.write(state) ?? false;
    lookedAtMs = clock.nowMs();
  }

  return {
    mode() {
      const mode = effectiveMode(look(), base, clock.nowMs());
      if (mode !== lastMode) {
        const change = { from: lastMode, to: mode, forced: mode === base ? undefined : state.forced };
        lastMode = mode;
        onChange(change);
      }
      return mode;
    },
    get forced() {
      return look().forced;
    },
    get isProbeDue() {
      return isProbeDue(look(), clock.nowMs());
    },
    failed: (failure) => update((before) => afterFailure(before, failure, forcedMs, clock)),
    worked() {
      if (state.failures > 0 && state.forced?.by !== 'guard') update((before) => afterSuccess(before, clock));
    },
    probed(failure) {
      if (isShared) lookedAtMs = -Infinity;
      else update((before) => (failure ? afterFailure(before, failure, forcedMs, clock) : afterSuccess(before, clock)));
    },
  };
}
