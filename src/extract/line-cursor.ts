/** Walks over the lines of a block. The last line must end with a line feed. */
export interface LineCursor {
  /** Where the current line begins, and where its line feed stands. */
  lineStart: number;
  lineEnd: number;
  /** The current line's index in the block. */
  lineIndex: number;
  /** The literals in the current line: the first `hitCount` of `hits`, each once. */
  readonly hits: number[];
  hitCount: number;
  /**
   * Goes to the next line with a literal in it, or, with `every`, to the very next; false when there is none.
   * Literals whose entry in `dormant` is 1 do not count.
   */
  next(every: boolean, dormant?: Uint8Array): boolean;
  /** Goes on at this place, which is the start of the line with this index. */
  goTo(position: number, lineIndex: number): void;
  /** Where the next line to look at begins, and its index. */
  readonly position: number;
  readonly nextIndex: number;
}
