import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freshEnvironment } from '../../../bench/harness/processes.mjs';

/** Where no Ridealong has run yet. */
export function homeIn(folder) {
  mkdirSync(folder, { recursive: true });
  const environment = freshEnvironment(folder);
  const data = join(environment.XDG_DATA_HOME, 'ridealong');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return { folder, environment, data, database: join(data, 'ridealong.db'), recordings: join(data, 'recordings') };
}
