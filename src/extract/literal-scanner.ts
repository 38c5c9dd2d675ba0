import type { LineCursor } from './line-cursor.ts';
import { searchLiterals } from './literal-search.ts';

const LINE_FEED = 0x0a;
/** A beginning is as good a filter as the whole, and keeps the table small. */
const maxLiteralBytes = 16;
/** For less the automaton is not worth its building. */
const leastBytesForAutomaton = 4096;

/** Finds many literals at once in the lines of a block. */
export interface LiteralScanner {
  cursorOver(bytes: Uint8Array): LineCursor;
}

/**
 * Builds the automaton of Aho and Corasick for these literals, without ASCII
 * case, over classes of bytes: one table look-up per byte, whatever their number.
 *
 * Lines are found in the same pass: a line feed leads to a state of its own,
 * from which literals go on that stand at the beginning of a line.
 *
 * It is built when there is enough to be scanned; until then one literal is searched for after the other.
 *
 * @param leastBytes how much that is
 */
export function createLiteralScanner(
  literals: readonly string[],
  leastBytes: number = leastBytesForAutomaton,
): LiteralScanner {
  let automaton: LiteralScanner | undefined;
  let words: readonly string[] | undefined;
  let scannedBytes = 0;
  return {
    cursorOver(bytes) {
      scannedBytes += bytes.length;
      if (!automaton && scannedBytes < leastBytes) {
        words ??= literals.map(wordOf);
        return searchLiterals(words, bytes);
      }
      automaton ??= scannerBy(literals);
      return automaton.cursorOver(bytes);
    },
  };
}

function scannerBy(literals: readonly string[]): LiteralScanner {
  const { table, classOf, firstAccepting, lineFeedState, outputStart, outputs, classes } = buildAutomaton(literals);

  const noneDormant = new Uint8Array(literals.length);
  /** The line in which each literal was found last, of all lines of all cursors: tables for each text add up. */
  const foundIn = new Float64Array(literals.length);
  let lines = 0;

  function cursorOver(bytes: Uint8Array): LineCursor {
    const length = bytes.length;
    let position = 0;
    let index = 0;
    const cursor: LineCursor = {
      lineStart: 0,
      lineEnd: 0,
      lineIndex: -1,
      hits: [],
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
      next(every, dormant = noneDormant) {
        const { hits } = cursor;
        let state = lineFeedState;
        let lineStart = position;
        let line = index;
        let hitCount = 0;
        lines += 1;
        for (let at = position; at < length; at += 1) {
          // Both look-ups stay inside their tables by construction.
          state = table[state + (classOf[bytes[at] as number] as number)] as number;
          if (state < firstAccepting) continue;
          if (state === lineFeedState) {
            if (hitCount > 0 || every) {
              cursor.lineStart = lineStart;
              cursor.lineEnd = at;
              cursor.lineIndex = line;
              cursor.hitCount = hitCount;
              position = at + 1;
              index = line + 1;
              return true;
            }
            lineStart = at + 1;
            line += 1;
            lines += 1;
            continue;
          }
          const node = state / classes;
          const end = outputStart[node + 1] ?? 0;
          for (let output = outputStart[node] ?? 0; output < end; output += 1) {
            const literal = outputs[output] ?? 0;
            if (foundIn[literal] === lines || dormant[literal] === 1) continue;
            foundIn[literal] = lines;
            hits[hitCount++] = literal;
          }
        }
        position = length;
        index = line;
        return false;
      },
    };
    return cursor;
  }

  return { cursorOver };
}

/** States of the trie while it is built; none is the root. */
const root = 0;

function buildAutomaton(literals: readonly string[]) {
  const { classOf, classes, lineFeedClass } = byteClasses(literals);
  const words = literals.map((literal) => bytesOf(literal).map((byte) => classOf[byte] ?? 0));
  const mostStates = words.reduce((sum, word) => sum + word.length, 2);
  // Dense from the start, a row of followers per state: objects and maps took ten times as long to build.
  const follower = new Int32Array(mostStates * classes);
  const lineFeed = 1;
  let states = 2;
  follower[root * classes + lineFeedClass] = lineFeed;

  const literalsAt = new Map<number, number[]>();
  for (const [index, word] of words.entries()) {
    let state = root;
    for (const key of word) {
      const at = state * classes + key;
      if (follower[at] === root) follower[at] = states++;
      state = follower[at] ?? root;
    }
    // What stands in every line asks for no scanner.
    if (state === root || state === lineFeed) continue;
    literalsAt.set(state, [...(literalsAt.get(state) ?? []), index]);
  }

  // Level by level, so that the state to fall back to, which is nearer to the root, is complete already.
  const fallback = new Int32Array(states);
  const queue = [root];
  for (const state of queue) {
    const row = state * classes;
    const fallbackRow = (fallback[state] ?? root) * classes;
    for (let key = 0; key < classes; key += 1) {
      // No literal goes on behind a line's end.
      if (key === lineFeedClass && state !== root) {
        follower[row + key] = lineFeed;
        continue;
      }
      const child = follower[row + key] ?? root;
      const instead = state === root ? root : (follower[fallbackRow + key] ?? root);
      if (child === root) {
        follower[row + key] = instead;
        continue;
      }
      fallback[child] = instead;
      const inherited = literalsAt.get(instead);
      if (inherited) literalsAt.set(child, [...(literalsAt.get(child) ?? []), ...inherited]);
      queue.push(child);
    }
  }
  return layOut({ follower, classes, states, lineFeed, literalsAt, classOf });
}

/** Puts quiet states first, then the one behind a line feed, then the states with literals: one comparison tells. */
function layOut(trie: {
  readonly follower: Int32Array;
  readonly classes: number;
  readonly states: number;
  readonly lineFeed: number;
  readonly literalsAt: ReadonlyMap<number, readonly number[]>;
  readonly classOf: Uint8Array;
}) {
  const { follower, classes, states, lineFeed, literalsAt, classOf } = trie;
  const isQuiet = (state: number) => state !== lineFeed && !literalsAt.has(state);
  const all = Array.from({ length: states }, (_, state) => state);
  const quiet = all.filter(isQuiet);
  const order = [...quiet, lineFeed, ...literalsAt.keys()];
  const rowOf = new Int32Array(states);
  for (const [index, state] of order.entries()) rowOf[state] = index * classes;

  const table = new Int32Array(states * classes);
  for (const [index, state] of order.entries()) {
    for (let key = 0; key < classes; key += 1) {
      table[index * classes + key] = rowOf[follower[state * classes + key] ?? root] ?? 0;
    }
  }
  const outputs: number[] = [];
  const outputStart = new Int32Array(states + 1);
  for (const [index, state] of order.entries()) {
    outputs.push(...(literalsAt.get(state) ?? []));
    outputStart[index + 1] = outputs.length;
  }
  const lineFeedState = rowOf[lineFeed] ?? 0;
  return {
    table,
    classOf,
    classes,
    firstAccepting: lineFeedState,
    lineFeedState,
    outputStart,
    outputs: Int32Array.from(outputs),
  };
}

/** Bytes that no literal tells apart share a class; upper case letters share that of their lower case. */
function byteClasses(literals: readonly string[]) {
  const lineFeedClass = 1;
  const classOf = new Uint8Array(256);
  classOf[LINE_FEED] = lineFeedClass;
  let classes = 2;
  for (const literal of literals) {
    for (const byte of bytesOf(literal)) {
      if (classOf[byte] === 0) classOf[byte] = classes++;
    }
  }
  for (let byte = 0x41; byte <= 0x5a; byte += 1) classOf[byte] = classOf[byte + 0x20] ?? 0;
  return { classOf, classes, lineFeedClass };
}

/** The bytes of {@link bytesOf} as latin1. */
function wordOf(literal: string): string {
  if (/^[\x01-\x7f]*$/.test(literal)) return literal.slice(0, maxLiteralBytes).toLowerCase();
  return Buffer.from(bytesOf(literal)).toString('latin1');
}

function bytesOf(literal: string): Uint8Array {
  const folded = literal.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return Buffer.from(folded).subarray(0, maxLiteralBytes);
}
