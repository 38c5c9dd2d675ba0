import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { streams } from '../../src/domain/chunk.ts';
import type { CodeBlockRow, EventRow } from '../../src/domain/rows.ts';
import { start } from '../conformance/harness/start.ts';
import { freshEnvironment, runRidealong } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { capturesFolder } from './captures.ts';
import { type GoldenEvent, goldenOfRows, readGolden } from './golden.ts';

const replayingAgent = fileURLToPath(new URL('./replaying-agent.mjs', import.meta.url));
const corpus = fileURLToPath(new URL('.', import.meta.url));

/** Stream by stream: which of two streams comes first within a millisecond is nobody's promise. */
const byStream = (events: readonly GoldenEvent[]) =>
  streams.map((stream) => events.filter((event) => event.stream === stream));

/** At the speed at which the agent said it, so only one agent: others differ in what they say, not in how it comes here. */
const piped = readdirSync(join(corpus, 'codex')).filter((file) => /^(?:pipe|sig|version)/.test(file));

describe.each(piped.sort())('a wrapped codex that does as in %s', (file) => {
  const { agent, capture, events } = readGolden(join(corpus, 'codex', file));
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

/** No resizes among them, which would be the user's to make. */
const painted = ['claude', 'codex', 'gemini', 'opencode'].map((agent) => `${agent}/tui-429.golden.yaml`);

describe.each(painted)('a wrapped interface that does as in %s', (file) => {
  const { agent, capture, events } = readGolden(join(corpus, file));

  it('leaves these events in the store', async () => {
    const home = temporaryFolder();
    const replay = `${process.execPath} ${replayingAgent} ${join(capturesFolder, capture)} 4`;
    const streams = { stdin: 'terminal', stdout: 'terminal', stderr: 'terminal' } as const;
    const line = `stty cols 100 rows 30; $wrap --agent ${agent} ${replay}`;
    const run = start({ line, wrapped: true, streams, home, environment: freshEnvironment(home) });
    await run.ended;
    run.cleanUp();

    const rows = await runRidealong(['events', '--session', '@last', '--json'], { env: freshEnvironment(home) });
    const stored = goldenOfRows(JSON.parse(rows.stdout) as EventRow[], [], true);
    expect(stored).toEqual(events);
  });
});
