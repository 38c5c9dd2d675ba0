import type { Paths } from './domain/config.ts';
import { openModeFile } from './guard/mode-file.ts';
import { createStorageGuard, type StorageGuard, type StorageGuardOptions } from './guard/storage-guard.ts';
import { prepareRuntimeFolder } from './server/runtime-folder.ts';

/** The guard of this process, joined to all others of the user where the runtime folder can be used. */
export function openGuard(
  paths: Pick<Paths, 'runtime'>,
  options: Pick<StorageGuardOptions, 'base' | 'forcedMs' | 'onChange'>,
): StorageGuard {
  const folder = prepareRuntimeFolder(paths.runtime);
  const file = folder.ok ? openModeFile(folder.value.folder) : undefined;
  return createStorageGuard({ ...options, file, clock: { nowMs: Date.now, random: Math.random } });
}
