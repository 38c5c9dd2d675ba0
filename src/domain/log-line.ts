import type { Stream } from './chunk.ts';

/** A line of a running session, as it settles: a message on the wire, beside the entries of the feed. */
export interface LogLine {
  readonly type: 'log';
  /** When its last byte was read: UTC, ISO 8601 with milliseconds. */
  readonly timestamp: string;
  readonly agent: string;
  readonly session_id: string;
  readonly stream: Stream;
  /** Counting from 1 per stream. */
  readonly line_number: number;
  /** Where it begins in the stream's recording. */
  readonly byte_offset: number;
  /** Without escape sequences. */
  readonly text: string;
}
