import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { streams } from '../../src/domain/chunk.ts';
import type { CodeBlockRow, EventRow } from '../../src/domain/rows.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';
import { capturesFolder } from './captures.ts';
import { type GoldenEvent, goldenOfRows, readGolden } from './golden.ts';

const replayingAgent = fileURLToPath(new URL('./replaying-agent.mjs', import.meta.url));
const corpus = fileURLToPath(new URL('./codex', import.meta.url));

/** Stream by stream: which of two streams comes first within a millisecond is nobody's promise. */
const byStream = (events: readonly GoldenEvent[]) =>
  streams.map((stream) => events.filter((event) => event.stream === stream));

describe.each(readdirSync(corpus).sort())('a wrapped agent that does as in %s', (file) => {
  const { agent, capture, events } = readGolden(join(corpus, file));
  const recorded = join(capturesFolder, capture);

  it('prints the same, ends the same, and leaves these events in the store', async () => {
    const env = freshEnvironment();
    const wrapped = await runRidealong(['--agent', agent, process.execPath, replayingAgent, recorded], { env });
    expect(wrapped.stdout).toBe(readFileSync(join(recorded, 'stdout.bin'), 'utf8'));
    expect(wrapped.stderr).toBe(readFileSync(join(recorded, 'stderr.bin'), 'utf8'));
    const command: unknown = JSON.parse(readFileSync(join(recorded, 'cmd.json'), 'utf8'));
    expect(command).toMatchObject({ exit: { code: wrapped.code } });

    const rows = await runRidealong(['events', '--session', '@last', '--json'], { env });
    const blocks = await runRidealong(['code', '@last', '--json'], { env });
    const stored = goldenOfRows(JSON.parse(rows.stdout) as EventRow[], JSON.parse(blocks.stdout) as CodeBlockRow[]);
    expect(byStream(stored)).toEqual(byStream(events));
  });
});
