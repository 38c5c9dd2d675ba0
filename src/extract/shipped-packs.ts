import { readFileSync } from 'node:fs';
import type { Pack } from '../domain/pattern.ts';
import { loadCompiledPacks } from './load-compiled-packs.ts';

/** The packs that come with Ridealong, as the build left them beside the bundle. */
export function shippedPacks(): Pack[] {
  return loadCompiledPacks(readFileSync(new URL('./packs.json', import.meta.url), 'utf8'));
}
