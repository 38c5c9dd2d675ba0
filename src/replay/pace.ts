import type { ReplaySpeed } from '../domain/replay.ts';

/**
 * When each moment of a recording is due, at a speed and with a limit on idle time that may change meanwhile.
 *
 * Due times follow from the time at which the one before was due, not from when it was noticed: however late each
 * call is, nothing adds up. Times on the recording's clock are microseconds, on the other one milliseconds.
 */
export interface Pace {
  /** When the next moment is due, on the clock that `now` comes from; infinite while it is paused. */
  due(timeUs: number): number;
  /** The moment of this time was passed on. */
  pass(timeUs: number): void;
  /** Where it is now, on its way to the next moment; never beyond that. */
  timeUs(now: number, nextUs: number): number;
  /** From here on, at once. */
  jump(now: number, timeUs: number): void;
  pause(now: number): void;
  resume(now: number): void;
  setSpeed(now: number, speed: ReplaySpeed): void;
  setIdleLimit(now: number, idleLimitUs: number | undefined): void;
  readonly speed: ReplaySpeed;
  readonly idleLimitUs: number | undefined;
}

export function createPace(start: {
  readonly now: number;
  readonly speed: ReplaySpeed;
  readonly idleLimitUs?: number | undefined;
}): Pace {
  let { speed, idleLimitUs } = start;
  /** The last moment that was passed, and how much of the time behind it is over. */
  let lastUs = 0;
  let spentUs = 0;
  /** When that was so; undefined while it is paused. */
  let since: number | undefined = start.now;

  const factor = () => (speed === 'max' ? Infinity : speed * 1000);
  const waitUs = (nextUs: number) => Math.min(nextUs - lastUs, idleLimitUs ?? Infinity);

  function due(nextUs: number): number {
    if (since === undefined) return Infinity;
    return since + Math.max(0, waitUs(nextUs) - spentUs) / factor();
  }

  /** Counts what is over by now, so that what changes counts from here on. */
  function settle(now: number): void {
    if (since === undefined) return;
    if (speed !== 'max') spentUs += Math.max(0, now - since) * factor();
    since = now;
  }

  return {
    due,
    pass(timeUs) {
      since = due(timeUs);
      lastUs = timeUs;
      spentUs = 0;
    },
    timeUs(now, nextUs) {
      const runningUs = since === undefined || speed === 'max' ? 0 : Math.max(0, now - since) * factor();
      return Math.min(nextUs, lastUs + Math.min(spentUs + runningUs, waitUs(nextUs)));
    },
    jump(now, timeUs) {
      lastUs = timeUs;
      spentUs = 0;
      if (since !== undefined) since = now;
    },
    pause(now) {
      settle(now);
      since = undefined;
    },
    resume(now) {
      since ??= now;
    },
    setSpeed(now, newSpeed) {
      settle(now);
      speed = newSpeed;
    },
    setIdleLimit(now, newLimit) {
      settle(now);
      idleLimitUs = newLimit;
    },
    get speed() {
      return speed;
    },
    get idleLimitUs() {
      return idleLimitUs;
    },
  };
}
