import type { Colors, Formatter } from 'picocolors/types.js';

/** One column of a listing, for rows of one kind. */
export interface Column<Row> {
  readonly header: string;
  /** The cell's text as it was recorded; the listing makes it printable. */
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  readonly style?: (row: Row, colours: Colors) => Formatter | undefined;
  /** Its text may be cut down to so many columns on a narrow terminal. */
  readonly shrinkTo?: number;
  /** It may be left out on a terminal that is narrower still; the highest number goes first. */
  readonly dropOrder?: number;
}
