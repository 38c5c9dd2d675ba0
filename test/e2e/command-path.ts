import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from '../support/ridealong.ts';

/** The agent that follows a script, from `examples/`. */
export const scriptedAgent = fileURLToPath(new URL('../../examples/scripted-agent.mjs', import.meta.url));

/** A `PATH` on which `ridealong` is the built one, and these names are the scripted agent. */
export function commandPath(folder: string, agents: readonly string[] = []): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(program, join(bin, 'ridealong'));
  for (const agent of agents) symlinkSync(scriptedAgent, join(bin, agent));
  return [bin, process.env['PATH'] ?? ''].join(delimiter);
}
