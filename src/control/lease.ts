import type { Actor, Lease } from '../domain/control.ts';

/** How long one who has typed may type on before others may. */
export const leaseMs = 10_000;

/** Lets one client at a time type. The user's own typing is no client's. */
export interface InputLease {
  /** Takes it, or takes it on; the one of another client, while that lasts. */
  take(by: Actor): { readonly taken: Lease } | { readonly heldBy: Lease };
  /** Who has it now. */
  readonly current: Lease | undefined;
}

/** @param nowMs milliseconds since the epoch */
export function createInputLease(nowMs: () => number): InputLease {
  let holder: Actor | undefined;
  let expiresMs = 0;

  const current = (): Lease | undefined =>
    holder !== undefined && nowMs() < expiresMs ? { holder, expires_at: new Date(expiresMs).toISOString() } : undefined;

  return {
    take(by) {
      const held = current();
      if (held && held.holder.name !== by.name) return { heldBy: held };
      holder = by;
      expiresMs = nowMs() + leaseMs;
      return { taken: { holder, expires_at: new Date(expiresMs).toISOString() } };
    },
    get current() {
      return current();
    },
  };
}
