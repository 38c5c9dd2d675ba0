import type { Paths } from './domain/config.ts';
import type { Complaint } from './domain/failure.ts';
import type { Session } from './domain/session.ts';
import { type ChosenPacks, choosePacks } from './extract/load-packs.ts';
import { gitHead } from './recording/git-head.ts';

/** Completes the session by what takes a while to find out: the packs that apply, and where its repository stands. */
export async function describeSession(
  session: Session,
  paths: Paths,
): Promise<{ session: Session; packs: ChosenPacks; complaints: readonly Complaint[] }> {
  const [git, packs] = await Promise.all([
    gitHead(session.workingDirectory),
    choosePacks(session.agent, paths, session.patternFiles),
  ]);
  const { identities, complaints } = packs;
  return { session: { ...session, packs: identities, ...(git && { git }) }, packs, complaints };
}
