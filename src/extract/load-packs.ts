import type { Paths } from '../domain/config.ts';
import type { Complaint } from '../domain/failure.ts';
import type { Pack } from '../domain/pattern.ts';
import { findPacks } from './find-packs.ts';
import { packsForAgent } from './packs-for-agent.ts';
import { shippedPacks } from './shipped-packs.ts';

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
