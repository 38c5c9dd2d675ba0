import type {
  Arrival,
  EntryPlace,
  Landing,
  Replay,
  ReplayOptions,
  ReplayStatus,
  SeekTarget,
  TimelineMoment,
  TimelinePage,
  TimelinePlace,
} from '../domain/replay.ts';
import { timelineStart } from '../domain/replay.ts';
import { ok, type Result } from '../domain/result.ts';
import { createPace } from './pace.ts';

/**
 * Plays a timeline to an audience, each moment when it is due. In memory there are at most two pages of it: the one
 * that is being played, and the next.
 */
export function startReplay<Why>(options: ReplayOptions<Why>): Replay<Why> {
  const { timeline, audience, clock, kinds } = options;
  const { durationUs } = timeline.head;
  const pace = createPace({ now: clock.now(), speed: options.speed, idleLimitUs: options.idleLimitUs });
  let state: ReplayStatus['state'] = 'playing';
  /** The audience can take no more for now. */
  let isHeld = false;
  let isClosed = false;
  let moments: readonly TimelineMoment[] = [];
  let index = 0;
  let next: TimelinePlace | undefined = timelineStart;
  let ahead: TimelinePage | undefined;
  let isLoading = false;
  /** Counts the seeks: a page that was asked for before one is of no use behind it. */
  let seeks = 0;
  let lastEntry: EntryPlace = timelineStart.entries;
  /** What happened up to here comes at once, also while it is paused: an event that was sought. */
  let soughtUs = -1;
  let cancelTimer: () => void = () => undefined;

  const nextUs = () => moments[index]?.timeUs ?? (next === undefined ? durationUs : Infinity);
  const status = (): ReplayStatus => ({
    state,
    timeUs: Math.floor(state === 'ended' ? durationUs : pace.timeUs(clock.now(), nextUs())),
    speed: pace.speed,
    idleLimitUs: pace.idleLimitUs,
  });

  async function load(): Promise<void> {
    if (next === undefined || ahead !== undefined || isLoading) return;
    isLoading = true;
    const asked = seeks;
    const page = await timeline.page(next, kinds);
    if (isClosed || asked !== seeks) return;
    isLoading = false;
    if (page.ok) {
      ahead = page.value;
      pump();
    } else fail(page.failure);
  }

  function fail(why: Why): void {
    close();
    audience.failed(why);
  }

  /** Passes on all that is due. */
  function pump(): void {
    cancelTimer();
    while (!isClosed && !isHeld && state !== 'ended') {
      if (index >= moments.length && ahead !== undefined) {
        ({ moments, next } = ahead);
        index = 0;
        ahead = undefined;
      }
      // The next page is there when this one is over.
      if (ahead === undefined && next !== undefined) void load();
      const moment = moments[index];
      if (moment === undefined && next !== undefined) return;
      const timeUs = moment?.timeUs ?? durationUs;
      const due = timeUs <= soughtUs ? -Infinity : pace.due(timeUs);
      if (due > clock.now()) {
        if (due !== Infinity) cancelTimer = clock.at(due, pump);
        return;
      }
      if (moment === undefined) return end();
      play(moment);
    }
  }

  function play(moment: TimelineMoment): void {
    index += 1;
    if (moment.timeUs > soughtUs) pace.pass(moment.timeUs);
    if (moment.kind === 'extraction') lastEntry = { timeUs: moment.timeUs, id: moment.row.id };
    if (audience.take(moment)) return;
    isHeld = true;
    pace.pause(clock.now());
  }

  function end(): void {
    state = 'ended';
    audience.ended(status());
  }

  /** Goes on, behind whatever is done now. */
  function go(): void {
    if (isClosed) return;
    if (state === 'playing' && !isHeld) pace.resume(clock.now());
    cancelTimer();
    cancelTimer = clock.at(clock.now(), pump);
  }

  function moveTo({ timeUs, place, screen }: Landing, isEvent: boolean): Arrival {
    seeks += 1;
    isLoading = false;
    moments = [];
    index = 0;
    ahead = undefined;
    next = place;
    lastEntry = isEvent ? { timeUs, id: place.entries.id + 1 } : place.entries;
    soughtUs = isEvent ? timeUs : -1;
    pace.jump(clock.now(), Math.min(timeUs, durationUs));
    if (state === 'ended') state = 'playing';
    go();
    return { status: status(), ...(screen && { screen }) };
  }

  /** Behind what was passed on, or would have been. */
  function here(): EntryPlace {
    const { timeUs } = status();
    return timeUs > lastEntry.timeUs ? { timeUs, id: 0 } : lastEntry;
  }

  async function seek(target: Parameters<Replay['seek']>[0]): Promise<Result<Arrival, Why>> {
    const exact: SeekTarget = 'nextEvent' in target ? { behind: here(), ...target } : target;
    const landing = await timeline.seek(exact);
    if (!landing.ok) return landing;
    return ok(moveTo(landing.value, !('timeUs' in exact)));
  }

  function close(): void {
    isClosed = true;
    cancelTimer();
  }

  async function begin(): Promise<void> {
    const landing = options.from && (await timeline.seek(options.from));
    if (isClosed) return;
    pace.jump(clock.now(), 0);
    if (landing === undefined) {
      audience.began({ status: status() });
      go();
    } else if (landing.ok) audience.began(moveTo(landing.value, !('timeUs' in (options.from ?? {}))));
    else fail(landing.failure);
  }

  void Promise.resolve().then(begin);

  return {
    get status() {
      return status();
    },
    pause() {
      if (state === 'playing') {
        state = 'paused';
        pace.pause(clock.now());
      }
      return status();
    },
    resume() {
      if (state === 'paused') state = 'playing';
      go();
      return status();
    },
    setSpeed(speed) {
      pace.setSpeed(clock.now(), speed);
      go();
      return status();
    },
    setIdleLimit(idleLimitUs) {
      pace.setIdleLimit(clock.now(), idleLimitUs);
      go();
      return status();
    },
    seek,
    drained() {
      if (!isHeld) return;
      isHeld = false;
      go();
    },
    close,
  };
}
