import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { needs } from './needs.mjs';

const run = (name, ...words) => execFileSync(name, words, { stdio: ['ignore', 'ignore', 'pipe'] });

let whyNoMount;
/** Why nothing can be mounted here. */
export function noMount() {
  whyNoMount ??= needs.root() ?? needs.program('mount') ?? '';
  return whyNoMount === '' ? undefined : whyNoMount;
}

/** A file system in memory of so many KiB in this folder, as long as the round lasts. */
export function mountMemory(round, folder, kibibytes) {
  mkdirSync(folder, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=700`, 'tmpfs', folder);
  round.onEnd(() => run('umount', '--lazy', folder));
  return { remount: (options) => run('mount', '-o', `remount,${options}`, folder) };
}

/** Mounts a file that holds an ext4 file system; it is made first where `mebibytes` are given. */
export function mountImage(round, image, folder, mebibytes) {
  mkdirSync(folder, { recursive: true });
  if (mebibytes !== undefined) {
    run('truncate', '-s', `${mebibytes}M`, image);
    run('mkfs.ext4', '-q', '-F', image);
  }
  run('mount', '-o', 'loop', image, folder);
  round.onEnd(() => run('umount', '--lazy', folder));
}
