import { existsSync } from 'node:fs';
import { defaultSettings } from './domain/config.ts';
import type { LoadedConfig } from './load-config.ts';

/** As `loadConfig`, without what that takes to load: most users have no such file. */
export async function configIn(file: string): Promise<LoadedConfig> {
  if (!existsSync(file)) return { settings: defaultSettings, complaints: [] };
  const { loadConfig } = await import('./load-config.ts');
  return loadConfig(file);
}
