import type { Paths } from './domain/config.ts';
import { type Failure, isDamage } from './domain/failure.ts';
import { defaultGuard } from './domain/mode.ts';
import { afterFailure } from './guard/guard-state.ts';
import { openModeFile } from './guard/mode-file.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';

/**
 * Tells all of the user's processes of damage that one of them has met while it read: those that write may go on for
 * long without meeting it. Whoever is first to see this sets the database aside. Other failures are no news.
 */
export function noteDamage({ runtime }: Pick<Paths, 'runtime'>, failure: Failure): void {
  if (!isDamage(failure)) return;
  const folder = prepareRuntimeFolder(runtime);
  if (!folder.ok) return;
  const file = openModeFile(folder.value.folder);
  const state = file.read();
  // To note it again would put off that it is looked into.
  if (state.forced?.isDamage === true) return;
  file.write(afterFailure(state, failure, defaultGuard.forcedMs, { nowMs: Date.now, random: Math.random }));
}
