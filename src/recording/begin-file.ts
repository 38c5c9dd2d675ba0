import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** A file that takes its place whole and on the disk, or not at all. Each call throws the file system's error. */
export interface BegunFile {
  write(bytes: Uint8Array): void;
  /** Puts it in its place. */
  finish(): void;
  /** What was not finished is gone then. */
  close(): void;
}

/** Begins a file for the user alone. Another process may begin the same one: the last to finish is what stays. */
export function beginFile(path: string): BegunFile {
  const unfinished = `${path}.${process.pid}.new`;
  const fd = openSync(unfinished, 'w', 0o600);
  return {
    write(bytes) {
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    },
    finish() {
      fsyncSync(fd);
      renameSync(unfinished, path);
    },
    close() {
      closeSync(fd);
      rmSync(unfinished, { force: true });
    },
  };
}
