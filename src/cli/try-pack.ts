import { readFile } from 'node:fs/promises';
import type { Stream } from '../domain/chunk.ts';
import { limits } from '../domain/config.ts';
import type { Event } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Pack } from '../domain/pattern.ts';
import { fail, type Result } from '../domain/result.ts';
import { isSystemError } from '../domain/system-error.ts';
import { createExtractor } from '../extract/extractor.ts';
import { loadPack } from '../extract/load-pack.ts';
import { createMatcher } from '../extract/matcher.ts';
import { createLineSplitter } from '../lines/line-splitter.ts';

/** Reads one pack from a file. */
export async function readPack(file: string): Promise<Result<Pack, Failure>> {
  try {
    return loadPack(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail({ reason: 'pack-invalid', message: `cannot read ${file}: ${error.message}`, complaints: [] });
  }
}

/** What the packs find in some output, and which patterns were too slow to go on with. */
export async function extract(
  packs: readonly Pack[],
  output: AsyncIterable<Uint8Array>,
): Promise<{ events: Event[]; tooSlow: string[] }> {
  const stream: Stream = 'stdout';
  const splitter = createLineSplitter({ stream, maxLineBytes: limits.maxLineBytes });
  const extractor = createExtractor({ matcher: createMatcher(packs), nowMs: () => performance.now() });
  const events: Event[] = [];
  let offset = 0;
  for await (const bytes of output) {
    const block = splitter.push({ stream, offset, timeUs: 0, bytes });
    if (block !== undefined) events.push(...extractor.scan(block));
    offset += bytes.byteLength;
  }
  const last = splitter.end(0);
  if (last !== undefined) events.push(...extractor.scan(last));
  events.push(...extractor.end());
  return { events, tooSlow: extractor.disabled().map(({ pattern }) => pattern) };
}
