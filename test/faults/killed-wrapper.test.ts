import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Stream, streams } from '../../src/domain/chunk.ts';
import { limits } from '../../src/domain/config.ts';
import type { Event } from '../../src/domain/event.ts';
import type { EventRow } from '../../src/domain/rows.ts';
import { createExtractor } from '../../src/extract/extractor.ts';
import { loadCompiledPacks } from '../../src/extract/load-compiled-packs.ts';
import { createMatcher } from '../../src/extract/matcher.ts';
import { packsForAgent } from '../../src/extract/packs-for-agent.ts';
import { createLineSplitter } from '../../src/lines/line-splitter.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';

const rounds = 100;
const roundsAtOnce = 4;
const random = seededRandom();

const agent = [process.execPath, fileURLToPath(new URL('./talkative-agent.mjs', import.meta.url))];
const packs = loadCompiledPacks(readFileSync(new URL('../../dist/packs.json', import.meta.url), 'utf8'));
const matcher = createMatcher(packsForAgent(packs, 'node'));

/** An event without its time, which is not the same in two runs. */
const fact = (stream: Stream, offset: number, line: number, pattern: string, value: string) =>
  [stream, String(offset).padStart(9, '0'), line, pattern, value].join(' ');

const factOfRow = (row: EventRow) => fact(row.stream, row.byte_offset, row.line_number, row.pattern, row.matched_value);

const factOfEvent = (event: Event) =>
  fact(event.stream, event.offset, event.lineNumber, event.pattern, event.matchedValue);

/** What these bytes mean, read in one go by nobody who could be killed. */
function factsIn(stream: Stream, bytes: Buffer): string[] {
  const splitter = createLineSplitter({ stream, maxLineBytes: limits.maxLineBytes });
  const extractor = createExtractor({ matcher, nowMs: () => 0 });
  const blocks = [splitter.push({ stream, offset: 0, timeUs: 0, bytes }), splitter.end(0)];
  const events = blocks.flatMap((block) => (block ? extractor.scan(block) : []));
  return [...events, ...extractor.end()].map(factOfEvent);
}

function recordedFacts(environment: NodeJS.ProcessEnv): string[] {
  const recordings = join(environment['XDG_DATA_HOME'] ?? '', 'ridealong', 'recordings');
  return readdirSync(recordings)
    .flatMap((session) =>
      streams.flatMap((stream) => factsIn(stream, readFileSync(join(recordings, session, `${stream}.log`)))),
    )
    .sort();
}

/** The facts in the store, after what was left behind is extracted; undefined when no session was begun. */
async function storedFacts(environment: NodeJS.ProcessEnv): Promise<string[] | undefined> {
  const { stdout, stderr, code } = await runRidealong(['events', '--session', '@last', '--limit', '10000', '--json'], {
    env: environment,
  });
  if (stderr.includes('no session')) return undefined;
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as EventRow[]).map(factOfRow).sort();
}

/** Runs the agent and kills its wrapper once so many bytes of its output have come through. */
async function runAndKill(environment: NodeJS.ProcessEnv, afterBytes: number): Promise<void> {
  const wrapper = startRidealong(agent, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
  let bytes = 0;
  wrapper.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= afterBytes) wrapper.kill('SIGKILL');
  });
  await new Promise((resolve) => wrapper.on('exit', resolve));
}

describe(`a wrapper killed with SIGKILL (SEED=${random.seed})`, () => {
  it(`loses and doubles no event, ${rounds} times at random moments`, { timeout: 300_000 }, async () => {
    const whole = freshEnvironment();
    const { stdout } = await runRidealong(agent, { env: whole });
    const wholeRunFacts = await storedFacts(whole);
    expect(wholeRunFacts).toEqual(recordedFacts(whole));
    expect(wholeRunFacts?.length).toBeGreaterThan(2000);

    const factCounts: number[] = [];
    async function round(afterBytes: number) {
      const environment = freshEnvironment();
      await runAndKill(environment, afterBytes);
      // Two that race for what was left behind, and one that finds it done.
      await Promise.all([storedFacts(environment), storedFacts(environment)]);
      const stored = await storedFacts(environment);
      // The child had a start; its follower had none yet.
      if (stored === undefined) return;
      expect(stored, `killed after ${afterBytes} bytes`).toEqual(recordedFacts(environment));
      factCounts.push(stored.length);
    }

    const moments = Array.from({ length: rounds }, () => random.below(stdout.length));
    const workers = Array.from({ length: roundsAtOnce }, async () => {
      for (let moment = moments.pop(); moment !== undefined; moment = moments.pop()) await round(moment);
    });
    await Promise.all(workers);
    // Otherwise the kills were too early to try anything.
    expect(new Set(factCounts).size).toBeGreaterThan(rounds / 4);
  });
});
