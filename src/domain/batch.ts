import type { Stream } from './chunk.ts';
import type { Event } from './event.ts';
import type { SessionEnd } from './session.ts';

/** How far into a session's recording the committed batches reach: an offset per stream. */
export type Checkpoint = Readonly<Record<Stream, number>>;

export const startOfRecording: Checkpoint = { stdout: 0, stderr: 0 };

/** Events of one session that are committed together with the checkpoint behind them. */
export interface Batch {
  readonly events: readonly Event[];
  /** The checkpoint this batch goes on from; a batch is refused when the store has another. */
  readonly from: Checkpoint;
  readonly to: Checkpoint;
  /** How many lines lie between the two. */
  readonly lines: number;
  /** With the last batch: how the session ended. From then on it is wholly extracted. */
  readonly end?: SessionEnd;
}
