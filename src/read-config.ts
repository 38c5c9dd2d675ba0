import { existsSync } from 'node:fs';
import { defaultSettings } from './domain/config.ts';
import type { LoadedConfig } from './load-config.ts';

/** As `loadConfig`, which is not even loaded for those who have no config file: most users. */
export async function readConfig(file: string): Promise<LoadedConfig> {
  if (!existsSync(file)) return { settings: defaultSettings, complaints: [] };
  const { loadConfig } = await import('./load-config.ts');
  return loadConfig(file);
}
