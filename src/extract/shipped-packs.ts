import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pack } from '../domain/pattern.ts';
import { loadCompiledPacks } from './load-compiled-packs.ts';
import type { PackHead } from './packs-for-agent.ts';

/** Only what tells which of them apply: reading all takes longer than many a session. */
export function shippedPackHeads(): PackHead[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'pack-heads.json'), 'utf8')) as PackHead[];
}

/** The packs that come with Ridealong, as the build left them beside the bundle. */
export const shippedPacks = (): Pack[] => readShippedPacks()();

/** Reads them, so that nothing has to be opened later; they are parsed when they are asked for, which takes longer. */
export function readShippedPacks(): () => Pack[] {
  const bytes = readFileSync(join(import.meta.dirname, 'packs.json'));
  return () => loadCompiledPacks(bytes.toString());
}
