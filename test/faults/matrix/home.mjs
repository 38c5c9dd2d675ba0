import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshEnvironment } from '../../../bench/harness/processes.mjs';

/**
 * Where no Ridealong has run yet.
 *
 * @param storeRestMs how long a store that has failed is left alone; as it is by default where absent
 */
export function homeIn(folder, storeRestMs) {
  mkdirSync(folder, { recursive: true });
  const environment = freshEnvironment(folder);
  const data = join(environment.XDG_DATA_HOME, 'ridealong');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const config = join(environment.XDG_CONFIG_HOME, 'ridealong');
  mkdirSync(config, { recursive: true });
  if (storeRestMs !== undefined) writeFileSync(join(config, 'config.yaml'), `storage:\n  forced_ms: ${storeRestMs}\n`);
  return { folder, environment, data, database: join(data, 'ridealong.db'), recordings: join(data, 'recordings') };
}
