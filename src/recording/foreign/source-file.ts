import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type Result, fail, ok } from '../../domain/result.ts';
import { isSystemError } from '../../domain/system-error.ts';
import type { Fault } from './foreign-recording.ts';

/** A file to be imported, read in pieces. */
export interface SourceFile {
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAtMs: number;
  /** The bytes from `start` to `end`, in blocks. */
  blocks(start?: number, end?: number): Iterable<Buffer>;
  lines(): Iterable<SourceLine>;
  close(): void;
}

export interface SourceLine {
  /** Counting from 1. */
  readonly number: number;
  /** With its line feed, where it has one: the last line may have none. */
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

const blockBytes = 256 * 1024;

/** A longer line is handed out in parts, which are no JSON: nobody writes such. */
const maxLineBytes = 64 * 1024 * 1024;

export function openSource(path: string): Result<SourceFile, Fault> {
  try {
    // Asked first: opening a pipe would wait for whoever writes into it.
    const status = statSync(path);
    if (!status.isFile()) return fail({ place: path, message: 'is no file' });
    return ok(sourceOf(path, openSync(path, 'r'), status.size, status.mtimeMs));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail({ place: path, message: error.code === 'ENOENT' ? 'there is no such file' : error.message });
  }
}

function sourceOf(path: string, fd: number, size: number, modifiedAtMs: number): SourceFile {
  function* blocks(start = 0, end = size): Generator<Buffer> {
    for (let offset = start; offset < end; ) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(blockBytes, end - offset));
      const length = readSync(fd, buffer, 0, buffer.length, offset);
      // It was made shorter meanwhile.
      if (length === 0) return;
      yield buffer.subarray(0, length);
      offset += length;
    }
  }

  function* lines(): Generator<SourceLine> {
    let number = 0;
    let offset = 0;
    for (const bytes of rawLines(blocks())) {
      number += 1;
      offset += bytes.length;
      yield { number, bytes, isLast: offset >= size };
    }
  }

  return { path, size, modifiedAtMs, blocks, lines, close: () => closeSync(fd) };
}

function* rawLines(blocks: Iterable<Buffer>): Generator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = () => {
    const line = Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  for (const block of blocks) {
    let start = 0;
    for (let end = block.indexOf(0x0a); end !== -1; end = block.indexOf(0x0a, start)) {
      parts.push(block.subarray(start, end + 1));
      yield take();
      start = end + 1;
    }
    if (start < block.length) {
      parts.push(block.subarray(start));
      length += block.length - start;
    }
    if (length > maxLineBytes) yield take();
  }
  if (length > 0) yield take();
}
