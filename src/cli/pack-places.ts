import type { Paths } from '../domain/config.ts';
import type { Complaint } from '../domain/failure.ts';
import type { Pack } from '../domain/pattern.ts';
import { findPacks } from '../extract/find-packs.ts';
import { shippedPacks } from '../extract/shipped-packs.ts';

/** The packs of one place, with complaints about those that were left out. */
export interface PackPlace {
  readonly origin: 'shipped' | 'user' | 'project';
  readonly folder: string;
  readonly packs: readonly Pack[];
  readonly complaints: readonly Complaint[];
}

/** Reads the packs of every place, in the order in which they replace each other's patterns. */
export async function readPackPlaces(paths: Paths): Promise<PackPlace[]> {
  return [
    { origin: 'shipped', folder: 'the program', ...readShipped() },
    { origin: 'user', folder: paths.userPacks, ...(await packsIn(paths.userPacks)) },
    { origin: 'project', folder: paths.projectPacks, ...(await packsIn(paths.projectPacks)) },
  ];
}

const packsIn = (folder: string) => findPacks({ shipped: [], folders: [folder], files: [] });

function readShipped(): Pick<PackPlace, 'packs' | 'complaints'> {
  try {
    return { packs: shippedPacks(), complaints: [] };
  } catch (error) {
    const message = `the packs of ridealong cannot be read: ${(error as Error).message}`;
    return { packs: [], complaints: [{ file: 'packs.json', line: 1, column: 1, message }] };
  }
}
