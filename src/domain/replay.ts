import { type RecordingPosition, recordingStart, type Stream } from './chunk.ts';
import type { Failure } from './failure.ts';
import type { EventType } from './pattern.ts';
import type { Result } from './result.ts';
import type { EventRow, StateChangeRow } from './rows.ts';

/** What a replay may be made of. */
export const replayKinds = ['output', 'extraction', 'state'] as const;
export type ReplayKind = (typeof replayKinds)[number];

/**
 * Something that happened in a session. Times are those of the recording's clock: microseconds since the session
 * started. Changes of the terminal's size belong to the output.
 */
export type TimelineMoment =
  | {
      readonly kind: 'output';
      readonly timeUs: number;
      readonly stream: Stream;
      /** Of the first byte, in the stream's recording. */
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'resize'; readonly timeUs: number; readonly columns: number; readonly rows: number }
  | TimelineEntry;

/** A moment that the store knows of. */
export type TimelineEntry =
  | { readonly kind: 'extraction'; readonly timeUs: number; readonly row: EventRow }
  | { readonly kind: 'state'; readonly timeUs: number; readonly row: StateChangeRow };

/** Behind the entry of this time and id. The entries of a session are ordered by their times, then by their ids. */
export interface EntryPlace {
  readonly timeUs: number;
  readonly id: number;
}

/** A place between two moments of a session. */
export interface TimelinePlace {
  readonly recording: RecordingPosition;
  readonly entries: EntryPlace;
}

export interface TimelinePage {
  /** In the order of their times; of the same time output first, because events are derived from it. */
  readonly moments: readonly TimelineMoment[];
  /** Where the next page begins; undefined behind the last one. */
  readonly next: TimelinePlace | undefined;
}

/** Where to go: to a time, to an event by its id, or to the next event behind a time, of one type or of any. */
export type SeekTarget =
  | { readonly timeUs: number }
  | { readonly event: number }
  | { readonly nextEvent: EventType | 'any'; readonly behind: EntryPlace };

/** What a seek comes to: all that was before `timeUs` lies behind it, the rest is still to come. */
export interface Landing {
  readonly timeUs: number;
  readonly place: TimelinePlace;
  /** Of a session in a terminal. */
  readonly screen?: ScreenSnapshot;
}

/** What a terminal of this size has to be written, after a reset, to look and to go on as the session's did. */
export interface ScreenSnapshot {
  readonly columns: number;
  readonly rows: number;
  readonly sequences: string;
  /** How many bytes of stdout are shown. */
  readonly offset: number;
}

/** What is to be known of a session before it is replayed. */
export interface TimelineHead {
  readonly sessionId: string;
  readonly agent: string;
  readonly mode: string;
  /** From its start to its end; to what is recorded now, while it runs. */
  readonly durationUs: number;
  /** Of its terminal at the start; undefined for a session that had none. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
}

/** One session's timeline, read piece by piece; nothing of it is kept. `Why` is what tells that it cannot be read. */
export interface Timeline<Why = Failure> {
  readonly head: TimelineHead;
  /** The moments from a place on, as many as are worth a call: about a thousand, or half a megabyte. */
  page(place: TimelinePlace, kinds: readonly ReplayKind[]): Promise<Result<TimelinePage, Why>>;
  /** Fails with `usage` for an event that is not the session's, and where there is no next one. */
  seek(target: SeekTarget): Promise<Result<Landing, Why>>;
}

/** How fast a replay may go; `max` is without any waiting. */
export const replaySpeeds = { slowest: 0.1, fastest: 100 } as const;
export type ReplaySpeed = number | 'max';

export const isReplaySpeed = (speed: number) => speed >= replaySpeeds.slowest && speed <= replaySpeeds.fastest;

export interface ReplayStatus {
  readonly state: 'playing' | 'paused' | 'ended';
  readonly timeUs: number;
  readonly speed: ReplaySpeed;
  /** Nothing is waited for longer than this, on the recording's clock; undefined without a limit. */
  readonly idleLimitUs: number | undefined;
}

/** Where a replay is now, and what a terminal shows there. */
export interface Arrival {
  readonly status: ReplayStatus;
  readonly screen?: ScreenSnapshot;
}

/** Who watches a replay. */
export interface ReplayAudience<Why = Failure> {
  /** Told each moment when it is due. False once it can take no more for now; it calls `Replay.drained` then. */
  take(moment: TimelineMoment): boolean;
  /** Told first: where the replay begins, with the screen of that moment where it is not the start. */
  began(arrival: Arrival): void;
  ended(status: ReplayStatus): void;
  /** The recording or the store could not be read any further. */
  failed(why: Why): void;
}

/** A running replay. Controls act at once; each tells where the replay is then, before it goes on from there. */
export interface Replay<Why = Failure> {
  readonly status: ReplayStatus;
  pause(): ReplayStatus;
  resume(): ReplayStatus;
  setSpeed(speed: ReplaySpeed): ReplayStatus;
  setIdleLimit(idleLimitUs: number | undefined): ReplayStatus;
  /** Fails as `Timeline.seek` does, and the replay goes on as if nothing had been asked. */
  seek(target: SeekTarget | { readonly nextEvent: EventType | 'any' }): Promise<Result<Arrival, Why>>;
  /** To be called when the audience can take more. */
  drained(): void;
  close(): void;
}

/** The clock that a replay runs by; tests have their own. */
export interface ReplayClock {
  /** Milliseconds, with fractions, of a clock that only goes forward. */
  now(): number;
  /** Calls it at that time; the result takes it back. */
  at(timeMs: number, call: () => void): () => void;
}

export interface ReplayOptions<Why = Failure> {
  readonly timeline: Timeline<Why>;
  readonly audience: ReplayAudience<Why>;
  readonly clock: ReplayClock;
  readonly kinds: readonly ReplayKind[];
  readonly speed: ReplaySpeed;
  readonly idleLimitUs?: number;
  /** The start where absent. */
  readonly from?: SeekTarget;
}

/** Starts at once; the audience is told when it is not told anything synchronously any more. */
export type StartReplay = <Why>(options: ReplayOptions<Why>) => Replay<Why>;

export const timelineStart: TimelinePlace = { recording: recordingStart, entries: { timeUs: 0, id: 0 } };

const unitsUs: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

/** Microseconds of `12.5s`, `500ms`, `1m30s`; undefined for anything else, a number without a unit among it. */
export function durationUs(text: string): number | undefined {
  if (!/^(?:\d{1,15}(?:\.\d{1,9})?(?:us|ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit = ''] of text.matchAll(/([\d.]+)(us|ms|s|m|h)/g))
    sum += Number(number) * (unitsUs[unit] ?? 0);
  return Math.round(sum);
}

/** Where a replay is to begin, as people write it: `12.5s` after the start, `4711` for the event of that id. */
export function parseFrom(text: string): SeekTarget | undefined {
  if (/^\d{1,15}$/.test(text)) return { event: Number(text) };
  const timeUs = durationUs(text);
  return timeUs === undefined ? undefined : { timeUs };
}

/** `2`, `0.5` or `max`; undefined for anything else. */
export function parseSpeed(text: string): ReplaySpeed | undefined {
  if (text === 'max') return 'max';
  const speed = /^\d{1,3}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  return isReplaySpeed(speed) ? speed : undefined;
}
