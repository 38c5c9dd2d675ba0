import type { Paragraph } from './paragraph.ts';
import type { Row } from './row.ts';
import { Wording } from './wording.ts';

/** A logical line as it stands on the screen. */
export interface ScreenLine {
  readonly wording: Wording;
  /** Index of its last row in the view. */
  readonly lastRow: number;
}

/**
 * The lines of these rows of an interface, from top to bottom: without frames, without empty ones, and rows joined
 * that the terminal or the program has wrapped. Of rows that are as they were, so is the wording.
 */
export function linesOf(rows: readonly Row[], columns: number, from = 0, to = rows.length): ScreenLine[] {
  const lines: ScreenLine[] = [];
  let paragraph: Paragraph | undefined;
  const push = (lastRow: number) => {
    if (paragraph) lines.push({ wording: paragraph.wording, lastRow });
  };
  for (let index = from; index < to; index += 1) {
    const row = rows[index];
    if (row === undefined) break;
    const alone = row.paragraph;
    const joined = paragraph && alone && paragraph.joinedWith(alone, columns);
    if (!joined) push(index - 1);
    paragraph = joined ?? alone;
  }
  push(to - 1);
  return lines;
}

/** The lines of rows that were just printed: as they are, empty ones among them, but for those at the end. */
export function printedLinesOf(rows: readonly Row[]): ScreenLine[] {
  const lines: ScreenLine[] = [];
  for (const [lastRow, row] of rows.entries()) {
    const above = row.isWrapped ? lines.pop() : undefined;
    const wording = above ? new Wording(above.wording.text + row.text) : row.printed;
    lines.push({ wording, lastRow });
  }
  const end = lines.findLastIndex(({ wording }) => wording.text !== '');
  return lines.slice(0, end + 1);
}
