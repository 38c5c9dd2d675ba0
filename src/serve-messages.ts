import type { Paths } from './domain/config.ts';

/** What the worker that serves is started with. */
export interface ServeTask {
  readonly paths: Paths;
  /** As in `ServerParts`. */
  readonly port: number;
  /** Whether the one before was killed: what it left behind is extracted then. */
  readonly recovers: boolean;
}

/** The one message to it: the wrapper ends, or rests. */
export interface EndServing {
  readonly kind: 'end';
}

/** What it tells. */
export type FromServing =
  | { readonly kind: 'serving' }
  /** Somebody else has the role. */
  | { readonly kind: 'taken' }
  /** It cannot serve. */
  | { readonly kind: 'failed'; readonly message: string }
  /** It has said goodbye to everybody, because it was told to end or `ridealong serve` asked for the role. */
  | { readonly kind: 'ended' };
