import type { Paths } from './domain/config.ts';
import type { StorageStatus } from './domain/mode.ts';
import { effectiveMode } from './guard/guard-state.ts';
import { loadConfig } from './load-config.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';
import { storageLag } from './storage-lag.ts';
import { readStorage } from './storage-mode.ts';
import { openFileLock } from './store/file-lock.ts';

/** How storage stands now. */
export function readStorageStatus(paths: Paths, nowMs: number): StorageStatus {
  const state = readStorage(paths);
  const { forced, prober } = state;
  const base = loadConfig(paths.config).settings.storage.mode;
  const { lagBytes, sessionsBehind, gapBytes, sessionsWithGaps } = storageLag(paths);
  return {
    base,
    forced: forced?.mode ?? null,
    effective: effectiveMode(state, base, nowMs),
    by: forced?.by ?? null,
    reason: forced?.reason ?? null,
    since: forced ? new Date(forced.sinceMs).toISOString() : null,
    until: forced ? new Date(forced.untilMs).toISOString() : null,
    seconds_left: forced ? Math.max(0, Math.round((forced.untilMs - nowMs) / 1000)) : null,
    failures_in_row: state.failures,
    degraded: state.degraded,
    restored: state.restored,
    prober: prober !== undefined && isBeingTried(paths) ? prober.pid : null,
    lag_bytes: lagBytes,
    sessions_behind: sessionsBehind,
    gap_bytes: gapBytes,
    sessions_with_gaps: sessionsWithGaps,
  };
}

/** Who was killed while it tried the store has the lock no more. */
function isBeingTried({ runtime }: Paths): boolean {
  const folder = prepareRuntimeFolder(runtime);
  const lock = folder.ok ? openFileLock(folder.value.probeLock) : folder;
  if (!lock.ok) return false;
  const isFree = lock.value.tryLock();
  if (isFree) lock.value.unlock();
  lock.value.close();
  return !isFree;
}
