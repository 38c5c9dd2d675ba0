import { readFileSync } from 'node:fs';
import type { Stream } from '../domain/chunk.ts';
import { isSystemError } from '../domain/system-error.ts';
import { beginFile } from './begin-file.ts';
import type { RecordingFolder } from './folder.ts';

/** Bytes of a stream's file that were dropped, as the recording was too large: they read as zeros. */
export interface DroppedPart {
  readonly from: number;
  /** Of the first byte that is there again. */
  readonly to: number;
}

export type DroppedParts = Readonly<Partial<Record<Stream, DroppedPart>>>;

const line = /^(stdout|stderr) (\d+) (\d+)$/gm;

/** What was dropped from a recording; nothing of most. Throws the file system's error. */
export function readDropped({ dropped }: Pick<RecordingFolder, 'dropped'>): DroppedParts {
  let text: string;
  try {
    text = readFileSync(dropped, 'latin1');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return {};
    throw error;
  }
  const parts: Partial<Record<Stream, DroppedPart>> = {};
  for (const [, stream, from, to] of text.matchAll(line)) {
    parts[stream === 'stderr' ? 'stderr' : 'stdout'] = { from: Number(from), to: Number(to) };
  }
  return parts;
}

/** To be told before the bytes go. Throws the file system's error. */
export function writeDropped({ dropped }: Pick<RecordingFolder, 'dropped'>, parts: DroppedParts): void {
  const file = beginFile(dropped);
  try {
    for (const [stream, { from, to }] of Object.entries(parts)) file.write(Buffer.from(`${stream} ${from} ${to}\n`));
    file.finish();
  } finally {
    file.close();
  }
}
