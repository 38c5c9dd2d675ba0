import type { Paths } from './domain/config.ts';
import type { Probed, Suspicion } from './probe-store.ts';

export interface ProbeTask {
  readonly paths: Paths;
  readonly suspicion: Suspicion | undefined;
  readonly forcedMs: number;
}

/** What came of it; what was left behind meanwhile is extracted after that. */
export type FromProbe = Probed;
