import type { Paths } from './domain/config.ts';
import type { Probed } from './probe-store.ts';

export interface ProbeTask {
  readonly paths: Paths;
  /** Look through the whole database first. */
  readonly isSuspect: boolean;
  readonly forcedMs: number;
}

/** What came of it; what was left behind meanwhile is extracted after that. */
export type FromProbe = Probed;
