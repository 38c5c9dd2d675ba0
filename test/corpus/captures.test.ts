import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { capturesFolder, readCapture, recut } from './captures.ts';
import { eventsOf, matcherFor } from './extraction.ts';
import { goldenOfEvent, readGolden } from './golden.ts';

const corpus = fileURLToPath(new URL('.', import.meta.url));
const goldenFiles = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.golden.yaml'),
);
const random = seededRandom();

describe.each(goldenFiles.sort())('%s', (file) => {
  const { agent, capture, events } = readGolden(join(corpus, file));
  const matcher = matcherFor(agent);

  it('gives these events, as recorded', () => {
    expect(eventsOf(matcher, readCapture(capture)).map(goldenOfEvent)).toEqual(events);
  });

  it(`gives these events, wherever its chunks are cut (SEED=${random.seed})`, () => {
    for (let round = 0; round < 20; round += 1) {
      const chunks = recut(readCapture(capture), random.next);
      expect(eventsOf(matcher, chunks).map(goldenOfEvent)).toEqual(events);
    }
  });

  it('gives these events, byte by byte', () => {
    const chunks = recut(readCapture(capture), () => 0);
    expect(eventsOf(matcher, chunks).map(goldenOfEvent)).toEqual(events);
  });
});

it.each(['codex', 'claude', 'gemini', 'opencode'])('covers each of the captures of %s in plain text', (agent) => {
  const covered = goldenFiles.map((file) => readGolden(join(corpus, file)).capture);
  const recorded = readdirSync(join(capturesFolder, agent)).filter((name) => /^(?:pipe-text-.*|version)$/.test(name));
  expect(recorded).toHaveLength(5);
  expect(covered).toEqual(expect.arrayContaining(recorded.map((name) => `${agent}/${name}`)));
});
