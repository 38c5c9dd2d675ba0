/** What other programs may import: the store's readers and the vocabulary that they speak. */
export { openReader } from './store/open-reader.ts';
export { pathsFrom, type Paths } from './domain/config.ts';
export type * from './domain/event.ts';
export type * from './domain/failure.ts';
export type * from './domain/pattern.ts';
export type * from './domain/ports.ts';
export type * from './domain/result.ts';
export type * from './domain/rows.ts';
export type * from './domain/session.ts';
