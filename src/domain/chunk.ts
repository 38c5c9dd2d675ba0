import type { Deed } from './deed.ts';

/** The child's output streams. In terminal mode there is only `stdout`. */
export const streams = ['stdout', 'stderr'] as const;
export type Stream = (typeof streams)[number];

/** Bytes as read from the child in one go, with their place and time in the recording. */
export interface Chunk {
  readonly stream: Stream;
  /** Offset of the first byte in the stream's recording. */
  readonly offset: number;
  /** Microseconds since the session started, on the recording's clock. */
  readonly timeUs: number;
  readonly bytes: Uint8Array;
}

/** What happened to the child's terminal, its processes or the recording itself, among its output. Times are as with {@link Chunk}. */
export type Mark =
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number; readonly timeUs: number }
  /** The child was stopped, or goes on. */
  | { readonly kind: 'stopped' | 'continued'; readonly timeUs: number }
  /** So many bytes of the stream could not be recorded. */
  | { readonly kind: 'gap'; readonly stream: Stream; readonly length: number; readonly timeUs: number }
  /** Somebody did this to the session from elsewhere; what came of it follows. */
  | { readonly kind: 'control'; readonly deed: Deed; readonly timeUs: number };

/** All that a recording tells, in order. */
export type Moment = Chunk | Mark;

export const isChunk = (moment: Moment): moment is Chunk => 'bytes' in moment;

/** A place between two entries of a recording. */
export interface RecordingPosition {
  /** Bytes of its timing before it. */
  readonly timingOffset: number;
  /** Bytes of each stream before it. */
  readonly offsets: Readonly<Record<Stream, number>>;
  /** Of the entry before it. */
  readonly timeUs: number;
}

export const recordingStart: RecordingPosition = { timingOffset: 0, offsets: { stdout: 0, stderr: 0 }, timeUs: 0 };
