import type { Pack } from '../domain/pattern.ts';

export function appliesTo({ agents }: Pick<Pack, 'agents'>, agent: string): boolean {
  return agents.includes(agent) || agents.includes('*') || agents.includes('?');
}

/**
 * The packs that apply to an agent, in the order in which they are searched.
 *
 * Behind them those of other agents, for their messages: a script may run any
 * of them, or an agent speak the dialect of another one.
 */
export function packsForAgent(packs: readonly Pack[], agent: string): Pack[] {
  return packsThatApply(packs, agent).map((pack) => (appliesTo(pack, agent) ? pack : forItsMessages(pack)));
}

/** What of a pack tells whether it applies. */
export interface PackHead extends Pick<Pack, 'name' | 'version' | 'digest' | 'agents'> {
  readonly messages: { readonly length: number };
}

/** Those of {@link packsForAgent}, as they are. */
export function packsThatApply<Head extends PackHead>(packs: readonly Head[], agent: string): Head[] {
  const isNamed = packs.some(({ agents }) => agents.includes(agent));
  const own = packs.filter((pack) => appliesTo(pack, agent) && !(isNamed && pack.agents.includes('?')));
  const others = packs.filter((pack) => !appliesTo(pack, agent) && pack.messages.length > 0);
  return [...own, ...others];
}

/** What of a pack its messages need. */
function forItsMessages(pack: Pack): Pack {
  const used = new Set(pack.messages.flatMap(({ text }) => (text ? [text.section] : [])));
  return {
    name: pack.name,
    version: pack.version,
    agents: pack.agents,
    digest: pack.digest,
    messages: pack.messages,
    messagesOnly: true,
    sections: pack.sections.filter(({ id }) => used.has(id)).map(({ id }) => ({ id })),
    patterns: pack.patterns.filter(({ section }) => used.has(section)),
    questions: [],
  };
}
