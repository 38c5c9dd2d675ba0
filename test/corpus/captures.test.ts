import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { atSpeed, type Capture, capturesFolder, readCapture, recut } from './captures.ts';
import { eventsOfCapture } from './extraction.ts';
import { goldenOfEvent, readGolden } from './golden.ts';

const corpus = fileURLToPath(new URL('.', import.meta.url));
const goldenFiles = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.golden.yaml'),
);
const random = seededRandom();

describe.each(goldenFiles.sort())('%s', (file) => {
  const { agent, capture: name, events } = readGolden(join(corpus, file));
  const capture = readCapture(name);
  const isOnScreen = capture.mode === 'terminal';
  const goldenOf = (taken: Capture) => eventsOfCapture(agent, taken).map((event) => goldenOfEvent(event, isOnScreen));

  it('gives these events, as recorded', () => {
    expect(goldenOf(capture)).toEqual(events);
  });

  it(`gives these events, wherever its chunks are cut (SEED=${random.seed})`, () => {
    for (let round = 0; round < 5; round += 1) expect(goldenOf(recut(capture, random.next))).toEqual(events);
  });

  it('gives these events, byte by byte', () => {
    expect(goldenOf(recut(capture, () => 0))).toEqual(events);
  });

  it('gives these events at ten times the speed', () => {
    expect(goldenOf(atSpeed(capture, 10))).toEqual(events);
  });
});

it.each(['codex', 'claude', 'gemini', 'opencode'])('covers each of the captures of %s', (agent) => {
  const covered = goldenFiles.map((file) => readGolden(join(corpus, file)).capture);
  const recorded = readdirSync(join(capturesFolder, agent));
  expect(recorded.length).toBeGreaterThan(10);
  expect(covered).toEqual(expect.arrayContaining(recorded.map((name) => `${agent}/${name}`)));
});
