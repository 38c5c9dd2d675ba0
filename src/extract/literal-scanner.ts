import type { LineCursor } from './line-cursor.ts';
import { buildAutomaton, bytesOf, type LiteralAutomaton, maxLiteralBytes } from './literal-automaton.ts';
import { searchLiterals } from './literal-search.ts';
import { createWalker, type Walker } from './walker.ts';

/** For less the automaton is not worth its building. */
const leastBytesForAutomaton = 4096;

/** Finds many literals at once in the lines of a block. */
export interface LiteralScanner {
  cursorOver(bytes: Uint8Array): LineCursor;
}

export interface LiteralScannerOptions {
  /** With how much to scan the automaton is built; until then one literal is searched for after the other. */
  readonly leastBytes?: number;
  /** What walks the automaton. */
  readonly walkerOf?: (automaton: LiteralAutomaton) => Walker;
}

/** Finds these literals, without ASCII case. A line feed at a literal's beginning stands for the beginning of a line. */
export function createLiteralScanner(literals: readonly string[], options: LiteralScannerOptions = {}): LiteralScanner {
  const { leastBytes = leastBytesForAutomaton, walkerOf = createWalker } = options;
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
      automaton ??= scannerBy(buildAutomaton(literals), literals.length, walkerOf);
      return automaton.cursorOver(bytes);
    },
  };
}

const nothing = new Int32Array(0);

function scannerBy(
  automaton: LiteralAutomaton,
  literals: number,
  walkerOf: (automaton: LiteralAutomaton) => Walker,
): LiteralScanner {
  const { classes, lineFeedState, outputStart, outputs } = automaton;
  const walker = walkerOf(automaton);
  const noneDormant = new Uint8Array(literals);
  /** The line in which each literal was found last, of all lines of all cursors: tables for each text add up. */
  const foundIn = new Float64Array(literals);
  let lines = 0;

  function cursorOver(bytes: Uint8Array): LineCursor {
    const length = bytes.length;
    let position = 0;
    let index = 0;
    /** What was walked over last, from `pieceStart` to `pieceEnd`; all before `nextReached` is dealt with. */
    let pieceStart = 0;
    let pieceEnd = 0;
    let state = lineFeedState;
    let reached: Int32Array = nothing;
    let nextReached = 0;

    function walkOn(): void {
      pieceStart = pieceEnd;
      pieceEnd = Math.min(length, pieceStart + walker.mostBytes);
      ({ reached, state } = walker.walk(bytes.subarray(pieceStart, pieceEnd), state));
      nextReached = 0;
    }

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
        if (newPosition >= pieceEnd) {
          pieceEnd = newPosition;
          reached = nothing;
          nextReached = 0;
          state = lineFeedState;
        }
        while (nextReached < reached.length && pieceStart + (reached[nextReached] ?? 0) < newPosition) nextReached += 2;
      },
      next(every, dormant = noneDormant) {
        const { hits } = cursor;
        let lineStart = position;
        let line = index;
        let hitCount = 0;
        lines += 1;
        for (;;) {
          if (nextReached === reached.length) {
            if (pieceEnd === length) break;
            walkOn();
            continue;
          }
          const at = pieceStart + (reached[nextReached] ?? 0);
          const reachedState = reached[nextReached + 1] ?? 0;
          nextReached += 2;
          if (reachedState === lineFeedState) {
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
          const row = reachedState / classes;
          const end = outputStart[row + 1] ?? 0;
          for (let output = outputStart[row] ?? 0; output < end; output += 1) {
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

/** The bytes of {@link bytesOf} as latin1. */
function wordOf(literal: string): string {
  if (/^[\x01-\x7f]*$/.test(literal)) return literal.slice(0, maxLiteralBytes).toLowerCase();
  return Buffer.from(bytesOf(literal)).toString('latin1');
}
