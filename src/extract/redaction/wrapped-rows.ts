import { isUtf8Continuation } from '../../domain/utf8.ts';
import { TextBuilder, type VisibleText } from './visible-text.ts';

const LINE_FEED = 0x0a;

/** A row this much narrower than the terminal may still have been wrapped: interfaces leave a margin, or draw a frame. */
const marginColumns = 8;

/** In UTF-8, byte by byte: `│`, `┃`. */
const frame = '(?:\\xe2\\x94[\\x82\\x83]|\\|)';
const rowEnd = new RegExp(`(?<word>[\\w+/=.~%@:*-])[ \\t]*${frame}?[ \\t\\r]*$`);
const rowStart = new RegExp(`^[ \\t]*${frame}?[ \\t]*(?=[\\w+/=.~%@:*-])`);

/** The rows of a text that may be parts of wrapped lines, joined: without frames, margins and line ends between them. */
export function wrappedRows(text: VisibleText, columns: number): VisibleText | undefined {
  const { bytes } = text;
  const joined = new TextBuilder(bytes);
  let isAny = false;
  /** Where what is joined to the row above begins; undefined where nothing is. */
  let from: number | undefined;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    const seam = seamBehind(bytes, start, end, columns);
    if (seam !== undefined) joined.take(from ?? start, seam.end);
    else if (from !== undefined) joined.take(from, end + 1);
    from = seam?.next;
    isAny ||= seam !== undefined;
    start = end + 1;
  }
  if (!isAny) return undefined;
  const built = joined.build();
  const sourceRanges = (start: number, end: number) =>
    built.sourceRanges(start, end).flatMap(([from, to]) => text.sourceRanges(from, to));
  return { ...built, sourceRanges };
}

/** Where the row's word ends that the next row goes on with, and where it goes on; undefined where it does not. */
function seamBehind(bytes: Buffer, start: number, end: number, columns: number) {
  if (end - start < columns - marginColumns || !isFull(bytes, start, end, columns)) return undefined;
  const nextEnd = bytes.indexOf(LINE_FEED, end + 1);
  if (nextEnd === -1) return undefined;
  const word = rowEnd.exec(bytes.toString('latin1', Math.max(start, end - columns), end));
  const margin = rowStart.exec(bytes.toString('latin1', end + 1, Math.min(nextEnd, end + 1 + columns)));
  if (word === null || margin === null) return undefined;
  return { end: end - word[0].length + 1, next: end + 1 + margin[0].length };
}

function isFull(bytes: Buffer, start: number, end: number, columns: number): boolean {
  let width = 0;
  for (let at = start; at < end; at += 1) if (!isUtf8Continuation(bytes[at]) && bytes[at] !== 0x0d) width += 1;
  return width > 0 && (width - 1) % columns >= columns - marginColumns - 1;
}
