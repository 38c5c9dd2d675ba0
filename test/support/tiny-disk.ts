import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** Why {@link tinyDisk} cannot work here; undefined when it can. */
export const noTinyDisk =
  process.platform !== 'linux' || process.getuid?.() !== 0 ? 'mounting a file system needs root on Linux' : undefined;

/** A file system of its own with so much room, which goes with the test. */
export function tinyDisk(kibibytes: number): { readonly path: string; enlarge(kibibytes: number): void } {
  const path = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', path]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', path]));
  return {
    path,
    enlarge: (to) => void execFileSync('mount', ['-o', `remount,size=${to}k`, path]),
  };
}
