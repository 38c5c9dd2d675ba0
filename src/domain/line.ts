import type { Stream } from './chunk.ts';

/** `screen` for lines of an interface that paints the terminal, `plain` for all that is just printed. */
export const forms = ['plain', 'screen'] as const;
export type Form = (typeof forms)[number];

/** How a line stood on the screen: in a box (`│ text │`), or behind a bar (`┃ text`). The frame is no part of the line. */
export const frames = ['box', 'bar'] as const;
export type Frame = (typeof frames)[number];

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
  /** Of a terminal's lines, which are settled on together; those of a pipe are plain. */
  readonly form?: Form;
  /** The frames of those lines in this block that have one, by index. */
  readonly frames?: ReadonlyMap<number, Frame>;
}

/** What stands on the screen at one moment. */
export interface Screen {
  readonly timeUs: number;
  /** Offset in the recording behind the last byte that was shown. */
  readonly offset: number;
  readonly form: Form;
  /** From top to bottom, wrapped rows joined, without frames, empty ones left out. */
  readonly lines: readonly { readonly text: string; readonly frame?: Frame }[];
}
