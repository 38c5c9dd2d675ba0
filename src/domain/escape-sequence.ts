const BELL = 0x07;
const ESCAPE = 0x1b;

/**
 * The position behind the escape sequence (ECMA-48) that begins at `start`; one that is cut off reaches up to `end`.
 *
 * Of a control string, `onString` is told where its text begins and ends.
 */
export function behindEscape(
  bytes: Uint8Array,
  start: number,
  end: number,
  onString?: (from: number, to: number) => void,
): number {
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
      return behindControlString(bytes, start + 2, end, onString);
    default:
      return behindShortEscape(bytes, start + 1, end);
  }
}

/** Parameter bytes 0x20 to 0x3f, then one final byte 0x40 to 0x7e. */
function behindControlSequence(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  while (position < end && isWithin(bytes[position], 0x20, 0x3f)) position += 1;
  return position < end && isWithin(bytes[position], 0x40, 0x7e) ? position + 1 : position;
}

/** Anything up to BEL or ESC \. */
function behindControlString(
  bytes: Uint8Array,
  start: number,
  end: number,
  onString: (from: number, to: number) => void = () => undefined,
): number {
  let position = start;
  while (position < end && bytes[position] !== BELL && bytes[position] !== ESCAPE) position += 1;
  onString(start, position);
  if (position >= end) return end;
  if (bytes[position] === BELL) return position + 1;
  return bytes[position + 1] === 0x5c ? Math.min(position + 2, end) : position;
}

/** Intermediate bytes 0x20 to 0x2f, then one final byte 0x30 to 0x7e. */
function behindShortEscape(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  while (position < end && isWithin(bytes[position], 0x20, 0x2f)) position += 1;
  return position < end && isWithin(bytes[position], 0x30, 0x7e) ? position + 1 : position;
}

function isWithin(byte: number | undefined, low: number, high: number): boolean {
  return byte !== undefined && byte >= low && byte <= high;
}
