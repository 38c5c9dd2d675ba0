import { type Failure, isDamage } from '../domain/failure.ts';
import type { ForcedMode, StorageMode } from '../domain/mode.ts';

/*
 * How storage stands, for all of a user's processes:
 *
 *              a failure that stays, or three in a row        forcedMs ± a tenth, then one process tries
 *   full ───────────────────────────────────────────▶ record ──────────────────────────────────────────┐
 *    ▲                                                  ▲              it fails                        │
 *    │                                                  └──────────────────────────────────────────────┤
 *    └─────────────────────────────────────────────────────────────────────────────── it works ────────┘
 *
 * A user's forced mode is left alone by failures, and ends by itself.
 */

export interface GuardState {
  /** May be one whose time is over: see {@link effectiveMode}. */
  readonly forced?: ForcedMode;
  /** Of the store, in a row. */
  readonly failures: number;
  /** How often it was degraded, and went back to its base mode. */
  readonly degraded: number;
  readonly restored: number;
  /** When it went back last; milliseconds since the epoch. */
  readonly restoredMs?: number;
  /** The process that tries the store, while it does; or that was killed while it did. */
  readonly prober?: { readonly pid: number; readonly sinceMs: number } | undefined;
}

export const untroubled: GuardState = { failures: 0, degraded: 0, restored: 0 };

export interface GuardClock {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Locks go, and a disk may stumble; whatever else is wrong stays until somebody mends it. */
const patience = 3;
/** Of how long a mode is forced, either way: not all who wait are to try at once. */
const jitter = 0.1;
const longestReason = 200;

export function effectiveMode({ forced }: GuardState, base: StorageMode, nowMs: number): StorageMode {
  if (forced === undefined) return base;
  // What the guard has forced holds until the store was tried.
  return forced.by === 'guard' || forced.untilMs > nowMs ? forced.mode : base;
}

/** Whether somebody is to try the store now. */
export function isProbeDue({ forced }: GuardState, nowMs: number): boolean {
  return forced?.by === 'guard' && forced.untilMs <= nowMs;
}

/** @param forcedMs how long the store is left alone */
export function afterFailure(state: GuardState, failure: Failure, forcedMs: number, clock: GuardClock): GuardState {
  const failures = state.failures + 1;
  const counted = { ...state, failures };
  const nowMs = clock.nowMs();
  if (isTransient(failure) && failures < patience && state.forced?.by !== 'guard') return counted;
  if (state.forced?.by === 'user' && state.forced.untilMs > nowMs && state.forced.mode !== 'full') return counted;
  const lastsMs = Math.round(forcedMs * (1 + jitter * (2 * clock.random() - 1)));
  const before = state.forced?.by === 'guard' ? state.forced : undefined;
  const isNew = before === undefined;
  return {
    ...counted,
    forced: {
      mode: 'record',
      by: 'guard',
      reason: shortened(failure.message),
      sinceMs: before?.sinceMs ?? nowMs,
      // Damage does not go by itself: it is looked into at once, but not over and over.
      untilMs: isNew && isDamage(failure) && nowMs - (state.restoredMs ?? 0) > forcedMs ? nowMs : nowMs + lastsMs,
      ...((isDamage(failure) || before?.isDamage === true) && { isDamage: true }),
    },
    degraded: state.degraded + Number(isNew),
  };
}

/** A commit, or a probe, has worked. */
export function afterSuccess(state: GuardState, { nowMs }: Pick<GuardClock, 'nowMs'>): GuardState {
  if (state.forced?.by === 'guard') return cleared(state, { nowMs });
  return state.failures === 0 ? state : { ...state, failures: 0 };
}

export function forcedByUser(
  state: GuardState,
  { mode, reason, ttlMs }: { readonly mode: StorageMode; readonly reason: string; readonly ttlMs: number },
  { nowMs }: Pick<GuardClock, 'nowMs'>,
): GuardState {
  const sinceMs = nowMs();
  return { ...state, forced: { mode, by: 'user', reason: shortened(reason), sinceMs, untilMs: sinceMs + ttlMs } };
}

/** Nothing is forced any more. */
export function cleared(state: GuardState, { nowMs }: Pick<GuardClock, 'nowMs'>): GuardState {
  const { forced, ...rest } = state;
  if (forced?.by !== 'guard') return { ...rest, failures: 0 };
  return { ...rest, failures: 0, restored: state.restored + 1, restoredMs: nowMs() };
}

function isTransient(failure: Failure): boolean {
  return failure.reason === 'database-busy' || ('fault' in failure && failure.fault === 'input-output');
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longestReason ? `${line.slice(0, longestReason - 1)}…` : line;
}
