import type { Stream } from './chunk.ts';

/**
 * Some logical lines of one stream, as the bytes they are matched on.
 *
 * Lines travel in blocks, because most lines match nothing and need never
 * become an object of their own.
 */
export interface LineBlock {
  readonly stream: Stream;
  /** Whole lines, each ended by one `\n`, without escape sequences or overwritten text. */
  readonly bytes: Uint8Array;
  /** Number of the first line, counting from 1 per stream. */
  readonly firstLine: number;
  /** How many lines there are. */
  readonly lines: number;
  /**
   * Offset in the recording of each line's first byte.
   * Undefined when the bytes stand in the recording just so, from `offset` on.
   */
  readonly lineOffsets?: readonly number[];
  /** Offset in the recording of the block's first byte. */
  readonly offset: number;
  /** Offset in the recording behind the block's last byte. */
  readonly endOffset: number;
  /** When the last byte of the block was read, in microseconds since the session started. */
  readonly timeUs: number;
  /** Indices in this block of lines that were cut at `maxLineBytes` and go on in the next line. */
  readonly cutLines?: ReadonlySet<number>;
}
