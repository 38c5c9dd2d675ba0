/*
 * Recorded text may hold anything, among it sequences that would move the
 * reader's cursor, rewrite the screen, reorder the text or type into the shell.
 * What is invisible and does something is shown as its escape instead:
 * `\x1b` for control characters, `\u{202e}` for what reorders or hides text.
 */

/** Beyond control characters: lone surrogates, bidirectional controls, line separators, and tags (hidden ASCII). */
const hidden = String.raw`\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}`;
const inLines = new RegExp(String.raw`(?![\n\t])[\p{Cc}${hidden}]`, 'gu');
const inOneLine = new RegExp(String.raw`[\p{Cc}${hidden}]`, 'gu');
const inJson = new RegExp(String.raw`[\x7f-\x9f${hidden}]`, 'gu');

/** Text of several lines that does nothing to a terminal: line feeds and tabs stay, other controls become visible. */
export function printable(text: string): string {
  return text.replace(inLines, escapeOf);
}

/** The same within one line: line feeds and tabs become visible, too. */
export function printableLine(text: string): string {
  return text.replace(inOneLine, escapeOf);
}

/** JSON text in which everything invisible is escaped, also what `JSON.stringify` leaves as it is. */
export function printableJson(json: string): string {
  return json.replace(inJson, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`).join(''),
  );
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return named[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`);
}

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
