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
