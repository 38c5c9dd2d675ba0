import type { Pack } from '../domain/pattern.ts';
import type { PackHead } from './packs-for-agent.ts';

/** Reads what `compileShippedPacks` wrote. It is part of the program, and trusted. */
export function loadCompiledPacks(json: string): Pack[] {
  return JSON.parse(json) as Pack[];
}

/** What {@link loadCompiledPacks} would give, by their heads: it takes a hundredth of the time. For the build. @public */
export function packHeadsOf(packs: readonly Pack[]): PackHead[] {
  return packs.map(({ name, version, digest, agents, messages: { length } }) => ({
    name,
    version,
    digest,
    agents,
    messages: { length },
  }));
}
