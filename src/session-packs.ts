import { pathsFrom } from './domain/config.ts';
import type { Complaint } from './domain/failure.ts';
import type { Pack } from './domain/pattern.ts';
import type { Session } from './domain/session.ts';
import { loadPacks } from './extract/load-packs.ts';

/** What finds the packs that apply to a session. */
export type PacksOf = (session: Session) => Promise<{ packs: readonly Pack[]; complaints: readonly Complaint[] }>;

/** The packs of today that apply to a session, among them those of the project in which it ran. */
export const packsOfToday: PacksOf = (session) => {
  const { userPacks, projectPacks } = pathsFrom(process.env, session.workingDirectory);
  return loadPacks(session.agent, { userPacks, projectPacks }, session.patternFiles);
};

/** The session with the packs that it is extracted by. */
export function withPacks(session: Session, packs: readonly Pack[]): Session {
  return { ...session, packs: packs.map(({ name, version, digest }) => ({ name, version, digest })) };
}
