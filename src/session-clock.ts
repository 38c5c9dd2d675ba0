/** How long after a moment the main thread is asked whether it has passed: it may be behind. */
const marginMs = 5;

/** The clock of a session's recording in a thread that is told of it by another one. In µs since the session's start. */
export interface SessionClock {
  /** All that was read until then was handed over. */
  readonly toldUs: number;
  /** The time by our own clock since it was told last; it may be some milliseconds off. */
  nowUs(): number;
  told(timeUs: number): void;
  /** {@link SessionClock.told}, for it was asked for. */
  answered(timeUs: number): void;
  /** Asks for the time as soon as this moment may have passed: that nothing has come until then may tell something. */
  askAfter(timeUs: number): void;
}

/**
 * @param options.startedAt ISO 8601
 * @param options.ask asks for the time, which is then {@link SessionClock.answered}
 */
export function createSessionClock(options: { readonly startedAt: string; readonly ask: () => void }): SessionClock {
  let toldUs = 0;
  /** By our own clock: one on the wall may be set. */
  let toldAtMs = performance.now() - (Date.now() - Date.parse(options.startedAt));
  let isAsked = false;
  let timer: { readonly id: NodeJS.Timeout; readonly timeUs: number } | undefined;

  function told(timeUs: number) {
    toldUs = timeUs;
    toldAtMs = performance.now();
  }

  const nowUs = () => Math.max(0, Math.round(toldUs + (performance.now() - toldAtMs) * 1000));

  return {
    get toldUs() {
      return toldUs;
    },
    nowUs,
    told,
    answered(timeUs) {
      told(timeUs);
      isAsked = false;
    },
    askAfter(timeUs) {
      if (isAsked || (timer !== undefined && timer.timeUs <= timeUs)) return;
      clearTimeout(timer?.id);
      const ask = () => {
        timer = undefined;
        isAsked = true;
        options.ask();
      };
      timer = { id: setTimeout(ask, Math.max(0, (timeUs - nowUs()) / 1000 + marginMs)), timeUs };
    },
  };
}
