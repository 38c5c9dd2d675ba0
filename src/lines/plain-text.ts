import { behindEscape } from '../domain/escape-sequence.ts';
import { isUtf8Continuation } from '../domain/utf8.ts';

const BACKSPACE = 0x08;
const CARRIAGE_RETURN = 0x0d;
const ESCAPE = 0x1b;

/** Whether any of the bytes would be left out by {@link writePlainText}. */
export function needsCleaning(bytes: Buffer): boolean {
  return bytes.includes(ESCAPE) || bytes.includes(CARRIAGE_RETURN) || bytes.includes(BACKSPACE);
}

/**
 * Writes what a reader would call the text of one raw line (its bytes from
 * `start` to `end`, without the line feed) into `target` at `at`: without escape
 * sequences (ECMA-48), and with what a carriage return or a backspace
 * overwrites gone: the last state of the line is kept.
 *
 * @returns where the text ends in `target`
 */
export function writePlainText(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  let textEnd = at;
  let returned = false;
  for (let position = start; position < end; ) {
    const byte = source[position] ?? 0;
    if (byte === ESCAPE) {
      position = behindEscape(source, position, end);
      continue;
    }
    position += 1;
    // One comparison tells all but a few of them apart from what is to be looked at.
    if (byte > ESCAPE || (byte !== CARRIAGE_RETURN && byte !== BACKSPACE)) {
      // A return alone erases nothing: `100 %\r` still shows 100 %.
      if (returned) textEnd = at;
      returned = false;
      target[textEnd++] = byte;
    } else if (byte === CARRIAGE_RETURN) {
      returned = true;
    } else {
      textEnd = withoutLastCharacter(target, at, textEnd);
    }
  }
  return textEnd;
}

function withoutLastCharacter(text: Buffer, start: number, end: number): number {
  let last = end - 1;
  while (last > start && isUtf8Continuation(text[last])) last -= 1;
  return Math.max(start, last);
}
