import { existsSync } from 'node:fs';
import { programNamed } from '../../../bench/harness/processes.mjs';

/** Why something cannot be tried here; undefined where it can. */
export const needs = {
  linux: () => (process.platform === 'linux' ? undefined : 'it needs Linux'),
  root: () => needs.linux() ?? (process.getuid() === 0 ? undefined : 'it needs root'),
  program: (name, packageName = name) =>
    programNamed(name) === undefined ? `${name} is not installed: apt-get install ${packageName}` : undefined,
  file: (path, packageName) => (existsSync(path) ? undefined : `${path} is missing: apt-get install ${packageName}`),
};
