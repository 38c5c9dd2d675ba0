import type { Pack } from '../domain/pattern.ts';

/** The packs that apply to an agent, in the order in which they are searched. */
export function packsForAgent(packs: readonly Pack[], agent: string): Pack[] {
  return packs.filter(({ agents }) => agents.includes(agent) || agents.includes('*'));
}
