import type { Frame } from '../domain/line.ts';

/** Block elements and braille: what logos, shadows and bars are made of. */
export const ornaments = /[\u2580-\u259f\u2800-\u28ff]/g;
const bars = '│┃║▏▎▍▌';
export const leftBar = new RegExp(`^\\s*[${bars}]`);
export const rightBar = new RegExp(`[${bars}]$`);
/** Rules and the borders of boxes. */
export const onlyLines = /^[\s─━═╌╍┄┅┈┉╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╹╻╺╸╔╗╚╝⎯_-]*$/;
/** What begins an item of its own, however full the row above is. */
export const marker = /^(?:[●○◉◌•∙·⏺✦✻✶✽✢✳✓✔✗✘✕×⊶⊷△▲▣◆◇■□►▶▸❯›»>$#+*?-]|\d{1,3}[.)]|[⎿└├↳])(?=\s)/;

/** A row of an interface without what frames it. */
export interface PlainRow {
  readonly text: string;
  readonly indentation: number;
  /** Where the text begins behind its marker: continued rows are indented so far. */
  readonly hanging: number;
  readonly frame: Frame | undefined;
  /** Columns from the line's beginning to the edge of its box. */
  readonly boxColumns: number | undefined;
  readonly isWrapped: boolean;
}

/** Undefined for a row without text. */
export function plainRow(row: { text: string; isWrapped: boolean; goesOn: boolean }): PlainRow | undefined {
  let inner = row.text;
  let frame: Frame | undefined;
  let boxColumns: number | undefined;
  while (leftBar.test(inner)) {
    const isBox = rightBar.test(inner) && inner.trim().length > 1;
    if (isBox) boxColumns = inner.length;
    inner = inner.replace(leftBar, '');
    if (isBox) inner = inner.replace(rightBar, '').trimEnd();
    frame = isBox || frame === 'box' ? 'box' : 'bar';
  }
  inner = inner.replace(ornaments, ' ');
  // One that goes on keeps the blanks at its end.
  if (!row.goesOn) inner = inner.trimEnd();
  if (onlyLines.test(inner)) return undefined;
  const indentation = inner.length - inner.trimStart().length;
  const content = inner.slice(indentation);
  const mark = marker.exec(content)?.[0];
  const hanging =
    mark === undefined ? indentation : indentation + content.length - content.slice(mark.length).trimStart().length;
  return { text: inner, indentation, hanging, frame, boxColumns, isWrapped: row.isWrapped };
}
