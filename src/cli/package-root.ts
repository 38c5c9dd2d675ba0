import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of our package, from the sources and from the bundle alike. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'binding.gyp')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
