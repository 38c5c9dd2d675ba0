const BACKSPACE = 0x08;
const CARRIAGE_RETURN = 0x0d;
const ESCAPE = 0x1b;
const BELL = 0x07;

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
    if (byte === CARRIAGE_RETURN) {
      returned = true;
    } else if (byte === BACKSPACE) {
      textEnd = withoutLastCharacter(target, at, textEnd);
    } else {
      // A return alone erases nothing: `100 %\r` still shows 100 %.
      if (returned) textEnd = at;
      returned = false;
      target[textEnd++] = byte;
    }
  }
  return textEnd;
}

function withoutLastCharacter(text: Buffer, start: number, end: number): number {
  let last = end - 1;
  while (last > start && isUtf8Continuation(text[last])) last -= 1;
  return Math.max(start, last);
}

/** Whether the byte is the second or a later one of a UTF-8 character. */
export function isUtf8Continuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** The position behind the escape sequence at `start`; one that the line's end cuts off reaches up to there. */
function behindEscape(bytes: Buffer, start: number, end: number): number {
  const introducer = bytes[start + 1];
  if (introducer === undefined || start + 1 >= end) return end;
  switch (String.fromCharCode(introducer)) {
    case '[':
      return behindControlSequence(bytes, start + 2, end);
    case ']': // operating system command
    case 'P': // device control string
    case 'X': // start of string
    case '^': // privacy message
    case '_': // application program command
      return behindControlString(bytes, start + 2, end);
    default:
      return behindShortEscape(bytes, start + 1, end);
  }
}

/** Parameter bytes 0x20 to 0x3f, then one final byte 0x40 to 0x7e. */
function behindControlSequence(bytes: Buffer, start: number, end: number): number {
  let position = start;
  while (position < end && isWithin(bytes[position], 0x20, 0x3f)) position += 1;
  return position < end && isWithin(bytes[position], 0x40, 0x7e) ? position + 1 : position;
}

/** Anything up to BEL or ESC \. */
function behindControlString(bytes: Buffer, start: number, end: number): number {
  for (let position = start; position < end; position += 1) {
    if (bytes[position] === BELL) return position + 1;
    if (bytes[position] === ESCAPE) return bytes[position + 1] === 0x5c ? Math.min(position + 2, end) : position;
  }
  return end;
}

/** Intermediate bytes 0x20 to 0x2f, then one final byte 0x30 to 0x7e. */
function behindShortEscape(bytes: Buffer, start: number, end: number): number {
  let position = start;
  while (position < end && isWithin(bytes[position], 0x20, 0x2f)) position += 1;
  return position < end && isWithin(bytes[position], 0x30, 0x7e) ? position + 1 : position;
}

function isWithin(byte: number | undefined, low: number, high: number): boolean {
  return byte !== undefined && byte >= low && byte <= high;
}
