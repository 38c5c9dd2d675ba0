import { describe, expect, it } from 'vitest';
import type {
  Arrival,
  Replay,
  ReplayAudience,
  ReplayOptions,
  ReplayStatus,
  TimelineMoment,
} from '../../src/domain/replay.ts';
import { fail } from '../../src/domain/result.ts';
import { startReplay } from '../../src/replay/start-replay.ts';
import { failureOf, valueOf } from '../store/fixtures/samples.ts';
import { fakeClock } from './support/fake-clock.ts';
import { found, memoryTimeline, output } from './support/memory-timeline.ts';

type Told = readonly [ms: number, what: string];

interface Watched {
  readonly replay: Replay;
  readonly clock: ReturnType<typeof fakeClock>;
  /** What the audience was told, with the milliseconds since the start. */
  readonly told: Told[];
  /** From now on it can take no more, or can again. */
  fill(isFull: boolean): void;
}

function watch(
  moments: readonly TimelineMoment[],
  options: Partial<Omit<ReplayOptions, 'audience' | 'clock'>> = {},
): Watched {
  const clock = fakeClock();
  const told: Told[] = [];
  let isFull = false;
  const tell = (what: string) => told.push([clock.now() - 1_000, what]);
  const tellArrival = ({ status, screen }: Arrival) =>
    tell(`moved ${status.timeUs / 1000}${screen === undefined ? '' : ` ${screen.sequences}`}`);
  const audience: ReplayAudience = {
    take(moment) {
      tell(moment.kind === 'extraction' ? `event ${moment.row.id}` : `${moment.kind} ${moment.timeUs / 1000}`);
      return !isFull;
    },
    began: (arrival) => tellArrival(arrival),
    ended: () => tell('ended'),
    failed: ({ message }) => tell(`failed ${message}`),
  };
  const timeline = memoryTimeline(moments);
  const kinds = ['output', 'extraction', 'state'] as const;
  const replay = startReplay({ timeline, kinds, speed: 1, ...options, audience, clock });
  const seek: Replay['seek'] = async (target) => {
    const arrived = await replay.seek(target);
    if (arrived.ok) tellArrival(arrived.value);
    return arrived;
  };
  return {
    replay: {
      ...replay,
      seek,
      get status() {
        return replay.status;
      },
    },
    clock,
    told,
    fill: (full) => (isFull = full),
  };
}

const seconds = (...times: readonly number[]) => times.map((second) => output(second * 1_000_000));
const state = ({ state: playing, timeUs }: ReplayStatus) => [playing, timeUs];
const at = ({ status }: Arrival) => state(status);

describe('a replay', () => {
  it('passes each moment on when it is due, and ends when the session did', async () => {
    const timeline = memoryTimeline(seconds(0, 0.5, 2), { durationUs: 3_000_000 });
    const { told, clock } = watch([], { timeline });
    await clock.advance(10_000);
    expect(told).toEqual([
      [0, 'moved 0'],
      [0, 'output 0'],
      [500, 'output 500'],
      [2_000, 'output 2000'],
      [3_000, 'ended'],
    ]);
  });

  it('begins where it is told to, with the screen of that moment', async () => {
    const timeline = memoryTimeline(seconds(0, 1, 2), { size: { columns: 80, rows: 24 } });
    const { told, clock } = watch([], { timeline, from: { timeUs: 500_000 } });
    await clock.advance(600);
    expect(told).toEqual([
      [0, 'moved 500 screen at 500000'],
      [500, 'output 1000'],
    ]);
  });

  it('cannot begin at an event that there is not', async () => {
    const { told, clock } = watch(seconds(0, 1), { from: { event: 7 } });
    await clock.advance(5_000);
    expect(told).toEqual([[0, 'failed no such event']]);
  });

  it('without waiting goes through all of it at once', async () => {
    const { told, clock } = watch(seconds(0, 100, 5_000), { speed: 'max' });
    await clock.advance(1);
    expect(told.map(([, what]) => what)).toEqual(['moved 0', 'output 0', 'output 100000', 'output 5000000', 'ended']);
  });

  it('leaves out what is not asked for', async () => {
    const { told, clock } = watch([output(0), found(1_000_000, 5), output(2_000_000)], { kinds: ['extraction'] });
    await clock.advance(5_000);
    expect(told.map(([, what]) => what)).toEqual(['moved 0', 'event 5', 'ended']);
  });

  it('has at most two pages in memory', async () => {
    const timeline = memoryTimeline(seconds(0, 1, 2, 3, 4, 5, 6, 7));
    const { clock } = watch([], { timeline });
    await clock.advance(500);
    expect(timeline.pages).toEqual([0, 2]);
    await clock.advance(1_600);
    expect(timeline.pages).toEqual([0, 2, 4]);
  });

  it('has no drift over an hour of many moments', async () => {
    const moments = Array.from({ length: 36_001 }, (_, index) => output(index * 100_000 + (index % 7)));
    const { told, clock } = watch([], { timeline: memoryTimeline(moments, { pageMoments: 1_000 }), speed: 100 });
    await clock.advance(36_001);
    expect(told).toHaveLength(36_003);
    expect(told.at(-2)).toEqual([expect.closeTo(36_000.00006, 5), 'output 3600000.006']);
  });

  it('tells that its source cannot be read, once, and stops', async () => {
    const timeline = {
      ...memoryTimeline(seconds(0, 1)),
      page: () => Promise.resolve(fail({ reason: 'usage', message: 'gone' } as const)),
    };
    const { told, clock } = watch([], { timeline });
    await clock.advance(9_000);
    expect(told).toEqual([
      [0, 'moved 0'],
      [0, 'failed gone'],
    ]);
  });
});

describe('its controls act on it while it runs', () => {
  it('pause and resume', async () => {
    const { replay, told, clock } = watch(seconds(0, 1, 2));
    await clock.advance(400);
    expect(state(replay.pause())).toEqual(['paused', 400_000]);
    await clock.advance(60_000);
    expect(state(replay.resume())).toEqual(['playing', 400_000]);
    await clock.advance(1_000);
    expect(told.slice(1)).toEqual([
      [0, 'output 0'],
      [61_000, 'output 1000'],
    ]);
  });

  it('speed', async () => {
    const { replay, told, clock } = watch(seconds(0, 1, 2));
    await clock.advance(500);
    expect(replay.setSpeed(10)).toMatchObject({ speed: 10, timeUs: 500_000 });
    await clock.advance(200);
    expect(told.slice(2)).toEqual([
      [550, 'output 1000'],
      [650, 'output 2000'],
      [650, 'ended'],
    ]);
  });

  it('idle limit', async () => {
    const { replay, told, clock } = watch(seconds(0, 100, 200));
    await clock.advance(500);
    expect(replay.setIdleLimit(2_000_000)).toMatchObject({ idleLimitUs: 2_000_000 });
    await clock.advance(4_000);
    expect(told.slice(2)).toEqual([
      [2_000, 'output 100000'],
      [4_000, 'output 200000'],
      [4_000, 'ended'],
    ]);
  });

  it('seek, forth and back and again from the end', async () => {
    const { replay, told, clock } = watch(seconds(0, 1, 2, 3, 4, 5));
    await clock.advance(0);
    expect(at(valueOf(await replay.seek({ timeUs: 3_500_000 })))).toEqual(['playing', 3_500_000]);
    await clock.advance(1_500);
    expect(told.slice(2)).toEqual([
      [0, 'moved 3500'],
      [500, 'output 4000'],
      [1_500, 'output 5000'],
      [1_500, 'ended'],
    ]);
    expect(at(valueOf(await replay.seek({ timeUs: 500_000 })))).toEqual(['playing', 500_000]);
    await clock.advance(500);
    expect(told.slice(6)).toEqual([
      [1_500, 'moved 500'],
      [2_000, 'output 1000'],
    ]);
  });

  it('seek while it is paused shows where it is, and plays nothing', async () => {
    const { replay, told, clock } = watch(seconds(0, 1, 2));
    await clock.advance(0);
    replay.pause();
    expect(at(valueOf(await replay.seek({ timeUs: 1_000_000 })))).toEqual(['paused', 1_000_000]);
    await clock.advance(5_000);
    expect(told.slice(2)).toEqual([[0, 'moved 1000']]);
  });

  it('seek to events, one after the other, though it is paused', async () => {
    const moments = [
      output(0),
      found(1_000_000, 5),
      found(1_000_000, 6),
      found(2_000_000, 9, 'prompt'),
      output(3_000_000),
    ];
    const { replay, told, clock } = watch(moments);
    await clock.advance(0);
    replay.pause();
    const steps = [{ nextEvent: 'any' }, { nextEvent: 'prompt' }, { event: 5 }, { nextEvent: 'any' }] as const;
    for (const step of steps) {
      valueOf(await replay.seek(step));
      await clock.advance(10);
    }
    expect(told.slice(2).map(([, what]) => what)).toEqual([
      ...['moved 1000', 'event 5', 'event 6'],
      ...['moved 2000', 'event 9'],
      ...['moved 1000', 'event 5', 'event 6'],
      ...['moved 2000', 'event 9'],
    ]);
  });

  it('seek to what there is not changes nothing', async () => {
    const { replay, told, clock } = watch([...seconds(0, 1), found(1_500_000, 4)]);
    await clock.advance(100);
    expect(failureOf(await replay.seek({ nextEvent: 'prompt' })).message).toBe('no such event');
    await clock.advance(5_000);
    expect(told.map(([, what]) => what)).toEqual(['moved 0', 'output 0', 'output 1000', 'event 4', 'ended']);
  });

  it('close ends it without a word', async () => {
    const { replay, told, clock } = watch(seconds(0, 1, 2));
    await clock.advance(500);
    replay.close();
    await clock.advance(5_000);
    expect(told).toHaveLength(2);
  });
});

describe('an audience that can take no more', () => {
  it('holds the replay, which goes on from there', async () => {
    const { replay, told, clock, fill } = watch(seconds(0, 1, 2));
    fill(true);
    await clock.advance(700);
    expect(state(replay.status)).toEqual(['playing', 0]);
    fill(false);
    replay.drained();
    await clock.advance(1_500);
    expect(told.slice(1)).toEqual([
      [0, 'output 0'],
      [1_700, 'output 1000'],
    ]);
  });

  it('holds one without any waiting, too', async () => {
    const { replay, told, clock, fill } = watch(seconds(0, 1, 2), { speed: 'max' });
    fill(true);
    for (let count = 1; count <= 3; count += 1) {
      await clock.advance(10);
      expect(told).toHaveLength(1 + count);
      replay.drained();
    }
  });

  it('can pause and be moved meanwhile', async () => {
    const { replay, told, clock, fill } = watch(seconds(0, 1, 2, 3));
    fill(true);
    await clock.advance(0);
    replay.pause();
    valueOf(await replay.seek({ timeUs: 2_000_000 }));
    fill(false);
    replay.drained();
    await clock.advance(100);
    expect(told.slice(2)).toEqual([[0, 'moved 2000']]);
    replay.resume();
    await clock.advance(100);
    expect(told.slice(3)).toEqual([[100, 'output 2000']]);
  });
});
