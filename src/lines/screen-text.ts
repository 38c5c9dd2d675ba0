import type { Frame } from '../domain/line.ts';
import type { Row, View } from './emulated-terminal.ts';

/** A logical line as it stands on the screen. */
export interface ScreenLine {
  readonly text: string;
  readonly frame?: Frame;
  /** Index of its last row in the view. */
  readonly lastRow: number;
}

/** Block elements and braille: what logos, shadows and bars are made of. */
const ornaments = /[\u2580-\u259f\u2800-\u28ff]/g;
const bars = '│┃║▏▎▍▌';
const leftBar = new RegExp(`^\\s*[${bars}]`);
const rightBar = new RegExp(`[${bars}]$`);
/** Rules and the borders of boxes. */
const onlyLines = /^[\s─━═╌╍┄┅┈┉╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╹╻╺╸╔╗╚╝⎯_-]*$/;
/** What begins an item of its own, however full the row above is. */
const marker = /^(?:[●○◉◌•∙·⏺✦✻✶✽✢✳✓✔✗✘✕×⊶⊷△▲▣◆◇■□►▶▸❯›»>$#+*?-]|\d{1,3}[.)]|[⎿└├↳])(?=\s)/;
/** With which an interface invites to type. */
const invitation = /^\s*(?:[❯›»❱→λ>$%#!]|[▌┃](?!\S))/;
/** How far short of the edge a row may end because the next word did not fit. */
const edgeColumns = 4;

interface PlainRow {
  readonly text: string;
  readonly indentation: number;
  /** Where the text begins behind its marker: continued rows are indented so far. */
  readonly hanging: number;
  readonly frame?: Frame;
  /** Columns from the line's beginning to the edge of its box or of the screen. */
  readonly room: number;
  readonly isWrapped: boolean;
}

/**
 * The lines of these rows of an interface, from top to bottom: without frames, without empty ones, and rows joined
 * that the terminal or the program has wrapped.
 */
export function linesOf(rows: readonly Row[], columns: number, from = 0, to = rows.length): ScreenLine[] {
  const lines: ScreenLine[] = [];
  let last: PlainRow | undefined;
  let text = '';
  const push = (lastRow: number) => {
    if (last) lines.push({ text: text.trim(), lastRow, ...(last.frame && { frame: last.frame }) });
    last = undefined;
  };
  for (let index = from; index < to; index += 1) {
    const row = rows[index];
    if (row === undefined) break;
    const plain = plainRow(row, columns, rows[index + 1]?.isWrapped === true);
    if (plain === undefined) {
      push(index - 1);
      continue;
    }
    const glue = plain.isWrapped ? '' : last && glueBetween(last, plain);
    if (glue === undefined || last === undefined) {
      push(index - 1);
      text = plain.text;
    } else {
      text += plain.isWrapped ? plain.text : glue + plain.text.trimStart();
    }
    // A line's hanging indentation is its first row's.
    last =
      glue === undefined || last === undefined ? plain : { ...plain, indentation: last.hanging, hanging: last.hanging };
  }
  push(to - 1);
  return lines;
}

/** The lines of rows that were just printed: as they are, empty ones among them, but for those at the end. */
export function printedLinesOf(rows: readonly Row[]): ScreenLine[] {
  const lines: ScreenLine[] = [];
  for (const [lastRow, { text, isWrapped }] of rows.entries()) {
    const above = isWrapped ? lines.pop() : undefined;
    lines.push({ text: (above?.text ?? '') + text, lastRow });
  }
  const end = lines.findLastIndex(({ text }) => text !== '');
  return lines.slice(0, end + 1);
}

/** Undefined for a row without text. One that goes on keeps the blanks at its end. */
function plainRow({ text, isWrapped }: Row, columns: number, goesOn: boolean): PlainRow | undefined {
  let inner = text;
  let frame: Frame | undefined;
  let room = columns;
  while (leftBar.test(inner)) {
    const isBox = rightBar.test(inner) && inner.trim().length > 1;
    if (isBox) room = inner.length;
    inner = inner.replace(leftBar, '');
    if (isBox) inner = inner.replace(rightBar, '').trimEnd();
    frame = isBox || frame === 'box' ? 'box' : 'bar';
  }
  inner = inner.replace(ornaments, ' ');
  if (!goesOn) inner = inner.trimEnd();
  if (onlyLines.test(inner)) return undefined;
  const indentation = inner.length - inner.trimStart().length;
  const content = inner.slice(indentation);
  const mark = marker.exec(content)?.[0];
  const hanging =
    mark === undefined ? indentation : indentation + content.length - content.slice(mark.length).trimStart().length;
  return { text: inner, indentation, hanging, room, isWrapped, ...(frame && { frame }) };
}

/** What joins two rows of one logical line; undefined where they are two. */
function glueBetween(above: PlainRow, below: PlainRow): string | undefined {
  if (above.frame !== below.frame) return undefined;
  if (below.indentation !== above.hanging) return undefined;
  const content = below.text.slice(below.indentation);
  if (marker.test(content)) return undefined;
  const firstWord = /^\S+/.exec(content)?.[0] ?? '';
  const isFull = above.text.length + 1 + firstWord.length > above.room - edgeColumns;
  if (!isFull) return undefined;
  const lastWord = /\S+$/.exec(above.text)?.[0] ?? '';
  // Only a word that is longer than a row is cut where the row ends.
  return lastWord.length + firstWord.length > above.room - edgeColumns - above.hanging ? '' : ' ';
}

/**
 * Where the place to type in begins: the row with the cursor, if it looks like
 * an invitation, and what belongs to it. There, and below (hints, menus, status),
 * nothing stands that has been said. Undefined where there is none.
 */
export function inputRow({ rows, cursorRow, isInteractive }: View): number | undefined {
  if (!isInteractive) return undefined;
  for (let row = cursorRow; row >= 0 && row > cursorRow - maxInputRows; row -= 1) {
    const text = (rows[row]?.text ?? '').replace(ornaments, ' ');
    const inner = rightBar.test(text) ? text.replace(leftBar, '') : text;
    if (invitation.test(inner)) return row;
    // Further rows of what is typed are indented.
    if (onlyLines.test(inner) || !/^\s/.test(inner)) return undefined;
  }
  return undefined;
}

const maxInputRows = 12;
