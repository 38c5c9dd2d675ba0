import type { Paths } from '../domain/config.ts';
import type { Complaint } from '../domain/failure.ts';
import type { Pack } from '../domain/pattern.ts';
import type { Session } from '../domain/session.ts';
import { findPacks, hasPacks } from './find-packs.ts';
import { packsForAgent, packsThatApply } from './packs-for-agent.ts';
import { readShippedPacks, shippedPackHeads, shippedPacks } from './shipped-packs.ts';

/**
 * The packs that apply to an agent: ours, the user's, the project's, and files
 * named on the command line, in the order in which they replace each other's
 * patterns. A bad one is left out and complained about.
 */
export async function loadPacks(
  agent: string,
  paths: Pick<Paths, 'userPacks' | 'projectPacks'>,
  files: readonly string[],
): Promise<{ packs: Pack[]; complaints: Complaint[] }> {
  const found = await findPacks({ shipped: shippedPacks(), folders: [paths.userPacks, paths.projectPacks], files });
  return { ...found, packs: packsForAgent(found.packs, agent) };
}

/** Which packs apply to an agent, before they need be parsed. */
export interface ChosenPacks {
  readonly identities: Session['packs'];
  readonly complaints: readonly Complaint[];
  /** The same ones each time. */
  load(): readonly Pack[];
}

/** As {@link loadPacks}; where there are none but ours, which were checked when they were built, nothing is parsed yet. */
export async function choosePacks(...where: Parameters<typeof loadPacks>): Promise<ChosenPacks> {
  const [agent, { userPacks, projectPacks }, files] = where;
  if (files.length > 0 || hasPacks(userPacks) || hasPacks(projectPacks)) {
    const { packs, complaints } = await loadPacks(...where);
    return { identities: packs.map(identityOf), complaints, load: () => packs };
  }
  let shipped: (() => Pack[]) | undefined = readShippedPacks();
  let packs: readonly Pack[] = [];
  return {
    identities: packsThatApply(shippedPackHeads(), agent).map(identityOf),
    complaints: [],
    load() {
      if (shipped) packs = packsForAgent(shipped(), agent);
      // Half a megabyte that nobody needs any more.
      shipped = undefined;
      return packs;
    },
  };
}

const identityOf = ({ name, version, digest }: Pick<Pack, 'name' | 'version' | 'digest'>) => ({
  name,
  version,
  digest,
});
