import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Chunk, Stream } from '../../src/domain/chunk.ts';

/** Recordings of real programs; they stand beside the repository. */
export const capturesFolder = fileURLToPath(new URL('../../../shared/captures', import.meta.url));

const timingEntry = z.union([
  z.tuple([z.number(), z.enum(['o', 'e']), z.int(), z.int()]),
  z.tuple([z.number(), z.string()]).rest(z.unknown()),
]);

/** The chunks of a capture, in the order in which they were read. */
export function readCapture(name: string): Chunk[] {
  const folder = join(capturesFolder, name);
  const bytesOf = (file: string) => {
    const path = join(folder, file);
    return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  };
  const recorded: Record<Stream, Buffer> = { stdout: bytesOf('stdout.bin'), stderr: bytesOf('stderr.bin') };
  const timing = bytesOf('timing.jsonl').toString('utf8').split('\n');
  return timing
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [ms, kind, offset, length] = timingEntry.parse(JSON.parse(line));
      if ((kind !== 'o' && kind !== 'e') || typeof offset !== 'number' || typeof length !== 'number') return [];
      const stream: Stream = kind === 'o' ? 'stdout' : 'stderr';
      const bytes = recorded[stream].subarray(offset, offset + length);
      return [{ stream, offset, timeUs: Math.round(ms * 1000), bytes }];
    });
}

/** The same bytes in the same order, cut elsewhere. `random` gives numbers from 0 to below 1. */
export function recut(chunks: readonly Chunk[], random: () => number): Chunk[] {
  const runs: Chunk[] = [];
  for (const chunk of chunks) {
    const last = runs.at(-1);
    if (last?.stream !== chunk.stream) runs.push(chunk);
    else runs[runs.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, chunk.bytes]) };
  }
  return runs.flatMap((run) => {
    const pieces: Chunk[] = [];
    for (let start = 0; start < run.bytes.length; ) {
      // Mostly short pieces, now and then a long one.
      const length = 1 + Math.floor(random() ** 3 * 200);
      const bytes = run.bytes.subarray(start, start + length);
      pieces.push({ ...run, offset: run.offset + start, bytes });
      start += length;
    }
    return pieces;
  });
}
