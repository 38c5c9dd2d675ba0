import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Mark } from '../src/domain/chunk.ts';
import {
  type ReplayKind,
  replayKinds,
  type Timeline,
  type TimelineMoment,
  type TimelinePage,
  timelineStart,
} from '../src/domain/replay.ts';
import type { Session } from '../src/domain/session.ts';
import { createEmulatedTerminal, type EmulatedTerminal } from '../src/lines/emulated-terminal.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import type { ReadChunk } from '../src/recording/recorder.ts';
import { openStore } from '../src/store/open-store.ts';
import { openTimelineReader } from '../src/store/timeline-reader.ts';
import { openTimeline } from '../src/timeline.ts';
import { readCapture, recut } from './corpus/captures.ts';
import { addEvents, end, failureOf, sampleEvent, sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import { reading, recordSession, temporaryHome } from './support/recorded-sessions.ts';
import { seededRandom } from './support/seeded-random.ts';

const session = sampleSession({ id: sampleId('01A') });
const other = sampleSession({ id: sampleId('01B') });
const chunk = (timeUs: number, text: string, stream: 'stdout' | 'stderr' = 'stdout'): ReadChunk => ({
  stream,
  timeUs,
  bytes: Buffer.from(text),
});
const event = (timeUs: number, matchedValue: string, type: 'error' | 'prompt' = 'error') =>
  sampleEvent({ timeUs, matchedValue, type });

interface Recorded {
  readonly session?: Session;
  readonly chunks?: readonly (ReadChunk | Mark)[];
  readonly events?: readonly ReturnType<typeof event>[];
}

/** A session that was recorded and extracted, with another one that ran at the same time. */
function timelineOf({ session: recorded = session, chunks = [], events = [] }: Recorded) {
  const paths = temporaryHome();
  recordSession(paths, recorded, chunks);
  const store = valueOf(openStore(paths));
  addEvents(store, recorded, events);
  addEvents(store, other, [event(1_500_000, 'of another session')]);
  end(store, recorded, { kind: 'exited', code: 0 });
  store.close();
  return { paths, timeline: open(paths, recorded.id) };
}

function open(paths: ReturnType<typeof temporaryHome>, id: string): Timeline {
  const row = valueOf(reading(paths, (reader) => reader.findSession(id)));
  return openTimeline(paths, row, valueOf(openTimelineReader(paths.database)));
}

async function all(timeline: Timeline, kinds: readonly ReplayKind[] = replayKinds, from = timelineStart) {
  const moments: TimelineMoment[] = [];
  const pages: number[] = [];
  for (let place: typeof from | undefined = from; place !== undefined; ) {
    const page: TimelinePage = valueOf(await timeline.page(place, kinds));
    moments.push(...page.moments);
    pages.push(page.moments.length);
    place = page.next;
  }
  return { moments, pages };
}

const told = (moments: readonly TimelineMoment[]) =>
  moments.map((moment) => {
    switch (moment.kind) {
      case 'output':
        return `${moment.timeUs} ${moment.stream} ${moment.offset} ${Buffer.from(moment.bytes).toString()}`;
      case 'resize':
        return `${moment.timeUs} ${moment.columns}x${moment.rows}`;
      case 'extraction':
        return `${moment.timeUs} ${moment.row.matched_value}`;
      case 'state':
        return `${moment.timeUs} ${moment.row.state}`;
    }
  });

describe('a timeline', () => {
  const recorded = {
    chunks: [chunk(0, 'a'), chunk(1_000_000, 'bc'), chunk(1_000_000, 'E', 'stderr'), chunk(3_000_000, 'd')],
    events: [event(3_000_000, 'late'), event(1_000_000, 'one'), event(1_000_000, 'two', 'prompt')],
  };
  const whole = [
    '0 stdout 0 a',
    '0 starting',
    '1000000 stdout 1 bc',
    '1000000 stderr 0 E',
    '1000000 one',
    '1000000 two',
    '3000000 stdout 3 d',
    '3000000 late',
    '299877000 completed',
  ];

  it("merges output, events and states by their times, whatever the order of the store's ids", async () => {
    const { timeline } = timelineOf(recorded);
    expect(told((await all(timeline)).moments)).toEqual(whole);
    expect(timeline.head).toEqual({
      sessionId: session.id,
      agent: 'claude',
      mode: 'pipe',
      durationUs: 299_877_000,
      size: undefined,
    });
  });

  it.each<[ReplayKind, string[]]>([
    ['output', whole.filter((line) => /std/.test(line))],
    ['extraction', ['1000000 one', '1000000 two', '3000000 late']],
    ['state', ['0 starting', '299877000 completed']],
  ])('tells only %s where only that is asked for', async (kind, expected) => {
    const { timeline } = timelineOf(recorded);
    expect(told((await all(timeline, [kind])).moments)).toEqual(expected);
  });

  it('comes in bounded pages, each going on where the one before ended', async () => {
    const chunks = Array.from({ length: 2_500 }, (_, index) => chunk(index * 1_000, String(index % 10)));
    const events = Array.from({ length: 2_200 }, (_, index) => event(index * 1_100 + 500, `event ${index}`));
    const { timeline } = timelineOf({ chunks, events });
    const { moments, pages } = await all(timeline);
    expect(Math.max(...pages)).toBe(1_000);
    expect(moments).toHaveLength(2_500 + 2_200 + 2);
    const times = moments.map(({ timeUs }) => timeUs);
    expect(times).toEqual([...times].sort((one, next) => one - next));
    expect(new Set(told(moments)).size).toBe(moments.length);
  });

  it('ends a page that holds enough bytes', async () => {
    const chunks = Array.from({ length: 40 }, (_, index) => chunk(index, 'x'.repeat(64 * 1024)));
    const { pages } = await all(timelineOf({ chunks }).timeline, ['output']);
    expect(pages).toEqual([8, 8, 8, 8, 8, 0]);
  });

  it('ends with what a crash has left without a time', async () => {
    const { paths, timeline } = timelineOf(recorded);
    appendFileSync(recordingFolder(paths.recordings, session.id).streams.stderr, 'untimed');
    const { moments } = await all(timeline, ['output']);
    expect(told(moments).at(-1)).toBe('3000000 stderr 1 untimed');
  });

  it('has no output where the recording is gone', async () => {
    const { timeline } = timelineOf({ events: recorded.events });
    expect(told((await all(timeline, ['output'])).moments)).toEqual([]);
  });

  it('seeks to a time: all from there on is still to come', async () => {
    const { timeline } = timelineOf(recorded);
    const { place, timeUs, screen } = valueOf(await timeline.seek({ timeUs: 1_000_000 }));
    expect({ timeUs, screen }).toEqual({ timeUs: 1_000_000, screen: undefined });
    expect(told((await all(timeline, replayKinds, place)).moments)).toEqual(whole.slice(2));
    const end = valueOf(await timeline.seek({ timeUs: 999_000_000 }));
    expect((await all(timeline, replayKinds, end.place)).moments).toEqual([]);
  });

  it('seeks to an event, and to the next one, of a type or of any', async () => {
    const { timeline } = timelineOf(recorded);
    const { moments } = await all(timeline, ['extraction']);
    const [one, two, late] = moments.flatMap((moment) => (moment.kind === 'extraction' ? [moment.row.id] : []));
    if (one === undefined || two === undefined || late === undefined) throw new Error('events are missing');
    const place = async (target: Parameters<Timeline['seek']>[0]) => valueOf(await timeline.seek(target)).place.entries;
    expect(await place({ event: two })).toEqual({ timeUs: 1_000_000, id: two - 1 });
    const start = { timeUs: 0, id: 0 };
    expect(await place({ nextEvent: 'any', behind: start })).toEqual({ timeUs: 1_000_000, id: one - 1 });
    expect(await place({ nextEvent: 'prompt', behind: start })).toEqual({ timeUs: 1_000_000, id: two - 1 });
    const behind = { timeUs: 1_000_000, id: one };
    expect(await place({ nextEvent: 'error', behind })).toEqual({ timeUs: 3_000_000, id: late - 1 });
    expect(failureOf(await timeline.seek({ nextEvent: 'prompt', behind: { timeUs: 1_000_000, id: two } }))).toEqual({
      reason: 'usage',
      message: 'there is no further event of type prompt',
    });
  });

  it("knows no other session's events", async () => {
    const { paths, timeline } = timelineOf(recorded);
    const [foreign] = (await all(open(paths, other.id), ['extraction'])).moments;
    if (foreign?.kind !== 'extraction') throw new Error('the other session has no event');
    expect(failureOf(await timeline.seek({ event: foreign.row.id })).message).toContain('has no event');
  });
});

describe.each(['claude/tui-full', 'codex/tui-inline'])('a seek in %s', (name) => {
  const random = seededRandom();
  const { moments, terminalSize = { columns: 80, rows: 24 } } = recut(readCapture(name), random.next);
  // Each piece has a time of its own, so that seeks land within sequences and characters.
  const chunks = moments.map((moment, index) => ({ ...moment, timeUs: moment.timeUs + index }));
  const recorded = sampleSession({ id: sampleId('01C'), mode: 'terminal', streams: ['stdout'], terminalSize });

  it(`gives a screen from which it goes on as it was, wherever it lands (SEED=${random.seed})`, async () => {
    const { timeline } = timelineOf({ session: recorded, chunks });
    const whole = terminalOf(terminalSize);
    for (const moment of (await all(timeline, ['output'])).moments) show(whole, moment);
    for (let count = 0; count < 8; count += 1) {
      const { place, screen } = valueOf(
        await timeline.seek({ timeUs: chunks[random.below(chunks.length)]?.timeUs ?? 0 }),
      );
      if (screen === undefined) throw new Error('there is no screen');
      const terminal = terminalOf(screen);
      terminal.write(Buffer.from(screen.sequences), () => undefined);
      for (const moment of (await all(timeline, ['output'], place)).moments) show(terminal, moment);
      expect(terminal.picture()).toEqual(whole.picture());
    }
  });
});

function terminalOf({ columns, rows }: { columns: number; rows: number }): EmulatedTerminal {
  const ignore = () => undefined;
  return createEmulatedTerminal({ columns, rows, onSignal: ignore, onSwitch: ignore, onFrame: ignore });
}

function show(terminal: EmulatedTerminal, moment: TimelineMoment): void {
  if (moment.kind === 'output') terminal.write(moment.bytes, () => undefined);
  else if (moment.kind === 'resize') terminal.resize(moment.columns, moment.rows);
}
