import { expect, it } from 'vitest';
import type { Batch } from '../src/domain/batch.ts';
import type { SessionEnd } from '../src/domain/session.ts';
import { loadPack } from '../src/extract/load-pack.ts';
import { createSessionExtraction, nothingStored } from '../src/session-extraction.ts';
import { noRedaction } from '../src/session-redaction.ts';

const loaded = loadPack(
  `
name: errors
version: 1.0.0
agents: ['*']
patterns:
  - id: error
    type: error
    regex: '^error: .+$'
    examples: { match: ['error: 1'], no_match: ['1'] }
`,
  'errors.yaml',
);
if (!loaded.ok) throw new Error(loaded.failure.message);
const packs = [loaded.value];

const output = Buffer.from('error: 1\nerror: 2\nerror: 3\n');

const end: SessionEnd = {
  endedAt: '2025-06-01T12:01:00.000Z',
  ending: { kind: 'unseen' },
  gapBytes: { stdout: 0, stderr: 0 },
};

/** Extracts so many bytes of a session that printed {@link output}. @returns what went into the store, and is in it */
function extract(bytes: number, stored = nothingStored, isEnded = true) {
  const batches: Batch[] = [];
  const extraction = createSessionExtraction({
    session: { id: '01K1FZ5W8N7Q3V9XH2M4T6R8YB', mode: 'pipe', startedAt: '2025-06-01T12:00:00.000Z' },
    packs,
    store: {
      commit(_, batch) {
        batches.push(batch);
        return { ok: true, value: 'committed' };
      },
    },
    stored,
    redaction: noRedaction,
  });
  const timeUs = 1_000_000;
  extraction.take({ stream: 'stdout', offset: 0, timeUs, bytes: output.subarray(0, bytes) });
  if (isEnded) extraction.end(end);
  extraction.finish();
  const events = batches.flatMap((batch) => batch.events.filter(({ type }) => type === 'error'));
  const { to: checkpoint } = batches[0] ?? { to: stored.checkpoint };
  return { lines: events.map(({ originalLine }) => originalLine), stored: { checkpoint, timeUs } };
}

it('gives out at the end the line that the end has cut', () => {
  expect(extract(output.length - 1).lines).toEqual(['error: 1', 'error: 2', 'error: 3']);
});

it.each(Array.from(output, (_, bytes) => bytes))(
  'gives nothing that is stored a second time, though the recording was cut to %d bytes since',
  (bytes) => {
    const { lines, stored } = extract(output.length, nothingStored, false);
    expect(lines).toHaveLength(3);
    expect(extract(bytes, stored).lines).toEqual([]);
  },
);
