import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { LeaseClaim } from './domain/named-lease.ts';
import type { NamedLease } from './domain/session.ts';

/** What the thread that takes a lease is started with. */
export interface LeaseTask {
  /** The config file may name one where this is absent. */
  readonly name?: string;
  readonly waitMs: number;
  readonly claim: Omit<LeaseClaim, 'bootId'>;
  readonly paths: Paths;
  /** As `StopGate.shared`. */
  readonly stopGate: SharedArrayBuffer;
}

/** The one message to it: the session is over. */
export interface ReleaseLease {
  readonly kind: 'release';
}

/** What it tells: one of the first three, then perhaps that the lease was lost. It ends when it has nothing more to do. */
export type FromLease =
  | { readonly kind: 'taken'; readonly lease: NamedLease }
  /** None was asked for. */
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Before it is had. */
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string };
