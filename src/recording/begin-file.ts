import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** What is shorter takes its blocks, whatever is in it. */
const leastHoleBytes = 4 * 1024;
const zeros = Buffer.alloc(64 * 1024);

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
  let length = 0;

  function writePiece(bytes: Uint8Array) {
    // What was dropped out of a recording must not take room in a copy of it.
    const isHole = bytes.length >= leastHoleBytes && zeros.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
    for (let written = isHole ? bytes.length : 0; written < bytes.length; ) {
      written += writeSync(fd, bytes, written, bytes.length - written, length + written);
    }
    length += bytes.length;
  }

  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; at += zeros.length) writePiece(bytes.subarray(at, at + zeros.length));
    },
    finish() {
      ftruncateSync(fd, length);
      fsyncSync(fd);
      renameSync(unfinished, path);
    },
    close() {
      closeSync(fd);
      rmSync(unfinished, { force: true });
    },
  };
}
