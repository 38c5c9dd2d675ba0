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
export function shippedPacks(): Pack[] {
  return loadCompiledPacks(readFileSync(join(import.meta.dirname, 'packs.json'), 'utf8'));
}
