import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Chunk, isChunk, type Moment, type Stream } from '../../src/domain/chunk.ts';
import type { Ending, Session } from '../../src/domain/session.ts';

/** Recordings of real programs; they stand beside the repository. */
export const capturesFolder = fileURLToPath(new URL('../../../shared/captures', import.meta.url));

/** What a recording would hold of a captured session, and its row. */
export interface Capture extends Pick<Session, 'mode' | 'terminalSize'> {
  readonly moments: readonly Moment[];
  readonly ending: Ending;
  readonly endUs: number;
}

const commandFile = z.looseObject({
  mode: z.string(),
  size: z.tuple([z.int(), z.int()]).optional(),
  exit: z.object({ code: z.int().nullable(), at_ms: z.number() }),
});

const timingEntry = z.union([
  z.tuple([z.number(), z.enum(['o', 'e', 'r']), z.int(), z.int()]).rest(z.unknown()),
  z.tuple([z.number(), z.string()]).rest(z.unknown()),
]);

export function readCapture(name: string): Capture {
  const folder = join(capturesFolder, name);
  const bytesOf = (file: string) => {
    const path = join(folder, file);
    return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  };
  const { mode, size, exit } = commandFile.parse(JSON.parse(bytesOf('cmd.json').toString('utf8')));
  const recorded: Record<Stream, Buffer> = { stdout: bytesOf('stdout.bin'), stderr: bytesOf('stderr.bin') };
  const timing = bytesOf('timing.jsonl').toString('utf8').trim().split('\n');
  const moments = timing.flatMap((line): Moment[] => {
    const [ms, kind, first, second] = timingEntry.parse(JSON.parse(line));
    if (typeof first !== 'number' || typeof second !== 'number') return [];
    const timeUs = Math.round(ms * 1000);
    if (kind === 'r') return [{ kind: 'resize', columns: first, rows: second, timeUs }];
    if (kind !== 'o' && kind !== 'e') return [];
    const stream: Stream = kind === 'o' ? 'stdout' : 'stderr';
    return [{ stream, offset: first, timeUs, bytes: recorded[stream].subarray(first, first + second) }];
  });
  return {
    mode: mode.startsWith('tui') || size ? 'terminal' : 'pipe',
    ...(size && { terminalSize: { columns: size[0], rows: size[1] } }),
    moments,
    ending: exit.code === null ? { kind: 'unseen' } : { kind: 'exited', code: exit.code },
    endUs: Math.round(exit.at_ms * 1000),
  };
}

/** The same at another speed. */
export function atSpeed({ moments, endUs, ...rest }: Capture, factor: number): Capture {
  const scaled = (timeUs: number) => Math.round(timeUs / factor);
  return {
    ...rest,
    endUs: scaled(endUs),
    moments: moments.map((moment) => ({ ...moment, timeUs: scaled(moment.timeUs) })),
  };
}

/** The same bytes at the same times, cut elsewhere. `random` gives numbers from 0 to below 1. */
export function recut(capture: Capture, random: () => number): Capture {
  const moments = capture.moments.flatMap((moment): Moment[] => (isChunk(moment) ? pieces(moment, random) : [moment]));
  return { ...capture, moments };
}

function pieces(chunk: Chunk, random: () => number): Chunk[] {
  const cut: Chunk[] = [];
  for (let start = 0; start < chunk.bytes.length; ) {
    // Mostly short pieces, now and then a long one.
    const length = 1 + Math.floor(random() ** 3 * 200);
    cut.push({ ...chunk, offset: chunk.offset + start, bytes: chunk.bytes.subarray(start, start + length) });
    start += length;
  }
  return cut;
}
