/** Text full of what a terminal must never get, the same for each seed. */
export function hostileText(seed: number, length: number): string {
  const pieces = [
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u009b31m',
    '\u001b',
    '\u007f',
    '\u202e',
    '\u2066',
    '\u{e0041}',
    '\ud800',
    '\u0000',
    '\r',
    '\n',
    '\t',
    '\b',
    'plain',
    '日本',
    '👩‍💻',
    '"',
    '\\',
  ];
  let state = seed * 2654435761 + 1;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += (state & 3) === 0 ? String.fromCharCode(state >>> 24) : (pieces[(state >>> 8) % pieces.length] ?? '');
  }
  return text;
}

/** Control characters but line feed and tab, what reorders or hides text, and lone surrogates. */
export const dangerous =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]|\p{Cs}/u;
