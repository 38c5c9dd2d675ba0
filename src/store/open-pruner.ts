import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { openDatabase } from './open-database.ts';
import { SessionPruner } from './session-pruner.ts';
import { slowCleanupAfterMs } from './slow-statements.ts';

/** Opens the store to delete from it. Waits for other processes' locks, so long as `openStore` says. */
export function openPruner(
  path: string,
  { lockPatienceMs }: { readonly lockPatienceMs?: number } = {},
): Result<SessionPruner, Failure> {
  const opened = openDatabase(path, { slowAfterMs: slowCleanupAfterMs });
  if (!opened.ok) return opened;
  return attempt(path, () => {
    if (lockPatienceMs !== undefined) opened.value.pragma(`busy_timeout = ${lockPatienceMs}`);
    // Nobody has to wait for the disk with us: what a power cut takes back of this is deleted again.
    opened.value.pragma('synchronous = NORMAL');
    // See `SessionPruner.checkpoint`.
    opened.value.pragma('wal_autocheckpoint = 0');
    return ok(new SessionPruner(opened.value));
  });
}
