import type { LineCursor } from './line-cursor.ts';

interface Found {
  readonly literal: number;
  /** Where it ends. */
  readonly end: number;
}

/**
 * Finds in a few lines what the automaton finds, in the same order, by searching for one literal after the other:
 * where the automaton would take longer to build.
 *
 * @param words the literals as the automaton knows them, in latin1
 */
export function searchLiterals(words: readonly string[], bytes: Uint8Array): LineCursor {
  // What stands at a line's beginning stands behind a line feed.
  const text = `\n${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')}`.replace(
    /[A-Z]+/g,
    (letters) => letters.toLowerCase(),
  );
  const lineEnds: number[] = [];
  for (let at = text.indexOf('\n', 1); at !== -1; at = text.indexOf('\n', at + 1)) lineEnds.push(at - 1);
  const foundIn = findAll(words, text, lineEnds);
  const hits: number[] = [];
  let position = 0;
  let index = 0;
  const cursor: LineCursor = {
    lineStart: 0,
    lineEnd: 0,
    lineIndex: -1,
    hits,
    hitCount: 0,
    get position() {
      return position;
    },
    get nextIndex() {
      return index;
    },
    goTo(newPosition, lineIndex) {
      position = newPosition;
      index = lineIndex;
    },
    next(every, dormant) {
      for (let line = lineEnds.findIndex((end) => end >= position); line >= 0 && line < lineEnds.length; line += 1) {
        cursor.lineStart = position;
        cursor.lineEnd = lineEnds[line] ?? 0;
        cursor.lineIndex = index;
        position = cursor.lineEnd + 1;
        index += 1;
        let hitCount = 0;
        for (const { literal } of foundIn.get(line) ?? []) if (dormant?.[literal] !== 1) hits[hitCount++] = literal;
        if (hitCount === 0 && !every) continue;
        cursor.hitCount = hitCount;
        return true;
      }
      position = bytes.length;
      return false;
    },
  };
  return cursor;
}

/** The literals in each line, each once, by where they end; of those that end together, the longest first. */
function findAll(words: readonly string[], text: string, lineEnds: readonly number[]): Map<number, Found[]> {
  const foundIn = new Map<number, Found[]>();
  for (const [literal, word] of words.entries()) {
    // What stands in every line asks for no scanner, and nothing is found across lines.
    if (word === '' || word.includes('\n', 1) || word === '\n') continue;
    for (let at = text.indexOf(word); at !== -1; ) {
      const end = at + word.length - 1;
      const line = lineEnds.findIndex((lineEnd) => lineEnd >= end);
      if (line === -1) break;
      const found = foundIn.get(line) ?? [];
      found.push({ literal, end });
      foundIn.set(line, found);
      at = text.indexOf(word, (lineEnds[line] ?? 0) + 1);
    }
  }
  const lengthOf = ({ literal }: Found) => words[literal]?.length ?? 0;
  for (const found of foundIn.values()) found.sort((a, b) => a.end - b.end || lengthOf(b) - lengthOf(a));
  return foundIn;
}
