import type { EventStore } from '../domain/ports.ts';
import { ok } from '../domain/result.ts';
import type { NamedLease } from '../domain/session.ts';

export interface LeasedStore extends Pick<EventStore, 'commit'> {
  /** Then what is said to be committed is not. */
  readonly isLost: boolean;
}

/**
 * The store of a session that runs under a lease: once that is lost, nothing more of the session is stored.
 *
 * The extraction is not told, and goes on: questions, states and verdicts are still wanted. What it found since is
 * thrown away, and the checkpoint stays behind it, so that it is extracted from the recording after the session's end.
 */
export function underLease(
  store: Pick<EventStore, 'commit'>,
  lease: NamedLease,
  onLost: (message: string) => void,
): LeasedStore {
  let isLost = false;
  return {
    get isLost() {
      return isLost;
    },
    commit(sessionId, batch) {
      if (isLost) return ok('committed');
      const outcome = store.commit(sessionId, { ...batch, lease });
      if (outcome.ok || outcome.failure.reason !== 'lease-lost') return outcome;
      isLost = true;
      onLost(outcome.failure.message);
      return ok('committed');
    },
  };
}
