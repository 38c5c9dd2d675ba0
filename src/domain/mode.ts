/** What is done with what a child prints: recorded and extracted into the store; recorded only; nothing but passed on. */
export const storageModes = ['full', 'record', 'passthrough'] as const;
export type StorageMode = (typeof storageModes)[number];

/** A mode that holds for a while in the place of the one that was asked for. */
export interface ForcedMode {
  readonly mode: StorageMode;
  /** The guard forces a mode when the store fails, and tries it before it goes back; a user's just ends. */
  readonly by: 'guard' | 'user';
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The database was found to be damaged: it is to be looked through before it is used again. */
  readonly isDamage?: boolean;
}

export interface GuardSettings {
  /** What is done while nothing is forced. */
  readonly mode: StorageMode;
  /** How long the store is left alone that failed. */
  readonly forcedMs: number;
  /** Beyond, extraction rests: bytes that were recorded and not extracted, and what the follower may have on its heap. */
  readonly maxLagBytes: number;
  readonly maxHeapBytes: number;
}

export const defaultGuard: GuardSettings = {
  mode: 'full',
  forcedMs: 30_000,
  maxLagBytes: 512 * 1024 * 1024,
  maxHeapBytes: 384 * 1024 * 1024,
};

/** What `ridealong mode status` tells; null where nothing is forced, or it cannot be known. */
export interface StorageStatus {
  readonly base: StorageMode;
  readonly forced: StorageMode | null;
  readonly effective: StorageMode;
  readonly by: ForcedMode['by'] | null;
  readonly reason: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly seconds_left: number | null;
  readonly failures_in_row: number;
  /** How often the store was left alone because it had failed, and was used again. */
  readonly degraded: number;
  readonly restored: number;
  /** The process that tries the store just now. */
  readonly prober: number | null;
  readonly lag_bytes: number | null;
  readonly sessions_behind: number | null;
  readonly gap_bytes: number;
  readonly sessions_with_gaps: number;
}
