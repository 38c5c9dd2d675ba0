import type { Ending } from '../domain/session.ts';

/** What the monitor tells of the child, in the order in which it happens; `native/monitor.c` documents the lines. */
export type ChildNews =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'stopped'; readonly signal: number }
  | { readonly kind: 'ended'; readonly ending: Ending };
