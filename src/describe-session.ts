import type { Paths } from './domain/config.ts';
import type { Complaint } from './domain/failure.ts';
import type { Pack } from './domain/pattern.ts';
import type { Session } from './domain/session.ts';
import { loadPacks } from './extract/load-packs.ts';
import { gitHead } from './recording/git-head.ts';

/** Completes the session by what takes a while to find out: the packs that apply, and where its repository stands. */
export async function describeSession(
  session: Session,
  paths: Paths,
): Promise<{ session: Session; packs: readonly Pack[]; complaints: readonly Complaint[] }> {
  const [git, { packs, complaints }] = await Promise.all([
    gitHead(session.workingDirectory),
    loadPacks(session.agent, paths, session.patternFiles),
  ]);
  const identities = packs.map(({ name, version, digest }) => ({ name, version, digest }));
  return { session: { ...session, packs: identities, ...(git && { git }) }, packs, complaints };
}
