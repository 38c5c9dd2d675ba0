import type { Paths } from './domain/config.ts';

/** What the worker that serves is started with. */
export interface ServeTask {
  readonly paths: Paths;
  /** As in `ServerParts`. */
  readonly port: number;
  /** Whether the one before was killed: what it left behind is extracted then. */
  readonly recovers: boolean;
}

/** What it is told: to serve, once it has loaded what that takes; and that the wrapper ends, or rests. */
export interface ToServing {
  readonly kind: 'begin' | 'end';
}

/** What it tells. */
export type FromServing =
  /** It has left nothing anywhere yet, and waits to be told to begin. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'serving' }
  /** Somebody else has the role. */
  | { readonly kind: 'taken' }
  /** It cannot serve. */
  | { readonly kind: 'failed'; readonly message: string }
  /** It has said goodbye to everybody, because it was told to end or `ridealong serve` asked for the role. */
  | { readonly kind: 'ended' };
