import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { ForcedMode, StorageMode } from './domain/mode.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { cleared, forcedByUser, type GuardState, untroubled } from './guard/guard-state.ts';
import { openModeFile } from './guard/mode-file.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';

/** How storage stands for all of this user's processes. A user's mode whose time is over is left out. */
export function readStorage({ runtime }: Pick<Paths, 'runtime'>): GuardState {
  const state = openModeFile(runtime).read();
  const isOver = state.forced?.by === 'user' && state.forced.untilMs <= Date.now();
  return isOver ? cleared(state, { nowMs: Date.now }) : state;
}

export function forceMode(
  paths: Paths,
  wanted: { readonly mode: StorageMode; readonly reason: string; readonly ttlMs: number },
): Result<GuardState, Failure> {
  return change(paths, (state) => forcedByUser(state, wanted, { nowMs: Date.now }));
}

/** Nothing is forced any more. */
export function clearMode(paths: Paths): Result<GuardState, Failure> {
  return change(paths, (state) => cleared(state, { nowMs: Date.now }));
}

/** Nothing is forced, and all counts begin anew. */
export function resetMode(paths: Paths): Result<GuardState, Failure> {
  return change(paths, () => untroubled);
}

/** For who reads what may not be all. */
export function restingText({ mode, reason, untilMs }: ForcedMode): string {
  const until = new Date(untilMs).toISOString();
  return `what was recorded last is not stored yet: ${mode} is forced until ${until} (${reason}); see ridealong mode status`;
}

function change(paths: Paths, to: (state: GuardState) => GuardState): Result<GuardState, Failure> {
  const folder = prepareRuntimeFolder(paths.runtime);
  if (!folder.ok) return folder;
  const file = openModeFile(folder.value.folder);
  const state = to(file.read());
  if (file.write(state)) return ok(state);
  return fail({ reason: 'runtime-unusable', message: `cannot write in the runtime folder ${folder.value.folder}` });
}
