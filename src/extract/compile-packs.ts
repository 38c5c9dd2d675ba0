import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pack } from '../domain/pattern.ts';
import { loadPack } from './load-pack.ts';

/**
 * Checks the packs of a folder and writes them as JSON, with all that would
 * take time to work out when a session starts: at build time.
 *
 * Packs for any agent come first, so that those for one agent may replace their patterns.
 */
export function compileShippedPacks(folder: string): string {
  const packs: Pack[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (!/\.ya?ml$/.test(name)) continue;
    const file = join(folder, name);
    const pack = loadPack(readFileSync(file, 'utf8'), file);
    if (!pack.ok) {
      const lines = pack.failure.complaints.map((each) => `${each.file}:${each.line}:${each.column}: ${each.message}`);
      // Our own packs are part of the program: an invalid one is a bug.
      throw new Error(`invalid pack\n${lines.join('\n')}`);
    }
    packs.push(pack.value);
  }
  const general = packs.filter(({ agents }) => agents.includes('*'));
  const particular = packs.filter(({ agents }) => !agents.includes('*'));
  return JSON.stringify([...general, ...particular]);
}
