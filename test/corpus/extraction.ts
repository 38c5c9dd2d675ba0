import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StateChange } from '../../src/domain/batch.ts';
import { type Chunk, streams } from '../../src/domain/chunk.ts';
import { limits } from '../../src/domain/config.ts';
import type { Event } from '../../src/domain/event.ts';
import type { Form, Frame } from '../../src/domain/line.ts';
import type { Pack } from '../../src/domain/pattern.ts';
import { createExtractor } from '../../src/extract/extractor.ts';
import { loadPack } from '../../src/extract/load-pack.ts';
import { createMatcher, type Matcher } from '../../src/extract/matcher.ts';
import { packsForAgent } from '../../src/extract/packs-for-agent.ts';
import { createSessionExtraction, nothingStored } from '../../src/session-extraction.ts';
import { noRedaction } from '../../src/session-redaction.ts';
import type { Capture } from './captures.ts';
import { createLineSplitter } from '../../src/lines/line-splitter.ts';

const packsFolder = fileURLToPath(new URL('../../patterns', import.meta.url));

/** The packs that come with Ridealong, from their sources. */
export function shippedPackFiles(): { file: string; yaml: string }[] {
  return readdirSync(packsFolder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((file) => ({ file, yaml: readFileSync(join(packsFolder, file), 'utf8') }));
}

let loaded: Pack[] | undefined;

export function shippedPacks(): Pack[] {
  return (loaded ??= shippedPackFiles().map(({ file, yaml }) => {
    const pack = loadPack(yaml, file);
    if (!pack.ok) throw new Error(pack.failure.message);
    return pack.value;
  }));
}

export const matcherFor = (agent: string): Matcher => createMatcher(packsForAgent(shippedPacks(), agent));

export const eventsOfCapture = (agent: string, capture: Capture): Event[] => committedOf(agent, capture).events;

export const statesOfCapture = (agent: string, capture: Capture): StateChange[] => committedOf(agent, capture).states;

/** All that is committed of a captured session. */
function committedOf(agent: string, { moments, ending, endUs, ...session }: Capture) {
  const startedAt = '2026-11-20T12:00:00.000Z';
  const events: Event[] = [];
  const states: StateChange[] = [];
  const extraction = createSessionExtraction({
    session: { id: '01HZX0000000000000000000ZZ', startedAt, ...session },
    packs: packsForAgent(shippedPacks(), agent),
    redaction: noRedaction,
    stored: nothingStored,
    store: {
      commit(_, batch) {
        events.push(...batch.events);
        states.push(...(batch.states ?? []));
        return { ok: true, value: 'committed' };
      },
    },
    // A clock that stands still: no pattern runs out of time on a busy machine.
    nowMs: () => 0,
  });
  for (const moment of moments) extraction.take(moment);
  const endedAt = new Date(Date.parse(startedAt) + endUs / 1000).toISOString();
  extraction.end({ ending, endedAt, gapBytes: { stdout: 0, stderr: 0 } });
  extraction.finish();
  return { events, states };
}

/** What the follower finds in these chunks. */
export function eventsOf(matcher: Matcher, chunks: readonly Chunk[]): Event[] {
  // A clock that stands still: no pattern runs out of time on a busy machine.
  const extractor = createExtractor({ matcher, nowMs: () => 0 });
  const { maxLineBytes } = limits;
  const splitters = {
    stdout: createLineSplitter({ stream: 'stdout', maxLineBytes }),
    stderr: createLineSplitter({ stream: 'stderr', maxLineBytes }),
  };
  const events: Event[] = [];
  for (const chunk of chunks) {
    const block = splitters[chunk.stream].push(chunk);
    if (block) events.push(...extractor.scan(block));
  }
  const timeUs = chunks.at(-1)?.timeUs ?? 0;
  for (const stream of streams) {
    const block = splitters[stream].end(timeUs);
    if (block) events.push(...extractor.scan(block));
  }
  return [...events, ...extractor.end()];
}

/** What is found in these lines, printed on one stream. */
export function eventsOfLines(
  matcher: Matcher,
  lines: readonly string[],
  { form, frame }: { form?: Form | undefined; frame?: Frame | undefined } = {},
): Event[] {
  if (form === 'screen') {
    const extractor = createExtractor({ matcher, nowMs: () => 0 });
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const frames = new Map(frame ? lines.map((_, index) => [index, frame] as const) : []);
    const place = {
      stream: 'stdout',
      firstLine: 1,
      lines: lines.length,
      offset: 0,
      endOffset: bytes.length,
      timeUs: 0,
    } as const;
    return [...extractor.scan({ ...place, bytes, form, frames }), ...extractor.end()];
  }
  return eventsOf(matcher, [{ stream: 'stdout', offset: 0, timeUs: 0, bytes: Buffer.from(`${lines.join('\n')}\n`) }]);
}
