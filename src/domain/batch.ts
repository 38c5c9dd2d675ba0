import type { Stream } from './chunk.ts';
import type { Event } from './event.ts';
import type { JsonValue } from './json.ts';
import type { NamedLease, RedactionCounts, SessionEnd, SessionState } from './session.ts';

/** How far into a session's recording the committed batches reach: an offset per stream. */
export type Checkpoint = Readonly<Record<Stream, number>>;

export const startOfRecording: Checkpoint = { stdout: 0, stderr: 0 };

/** From when on the session was in this state, and what told so. */
export interface StateChange {
  readonly state: SessionState;
  /** Microseconds since the session started. */
  readonly timeUs: number;
  readonly evidence?: { readonly [key: string]: JsonValue };
}

/** Bytes that could not be recorded. */
export interface Gap {
  readonly stream: Stream;
  /** How many. */
  readonly bytes: number;
  /** Offset in the stream's recording at which they are missing. */
  readonly offset: number;
  /** Microseconds since the session started. */
  readonly timeUs: number;
}

/** Events of one session that are committed together with the checkpoint behind them. */
export interface Batch {
  readonly events: readonly Event[];
  /** In order. One that the store has already, by time and state, is passed over. */
  readonly states?: readonly StateChange[];
  /** In order. One that the store has already, by time and place, is passed over. */
  readonly gaps?: readonly Gap[];
  /** The checkpoint this batch goes on from; a batch is refused when the store has another. */
  readonly from: Checkpoint;
  readonly to: Checkpoint;
  /** How many lines lie between the two. */
  readonly lines: number;
  /** What was masked since the batch before. */
  readonly redactions?: RedactionCounts;
  /** Refused as `lease-lost` unless the session has this lease when it is committed. */
  readonly lease?: NamedLease;
  /** With the last batch: how the session ended. From then on it is wholly extracted. */
  readonly end?: SessionEnd;
}
