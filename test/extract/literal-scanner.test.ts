import { describe, expect, it } from 'vitest';
import { createLiteralScanner } from '../../src/extract/literal-scanner.ts';
import { randomLine } from './support/random-regex.ts';
import { seededRandom } from '../support/seeded-random.ts';

const linesOf = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));

/** Each line found, with the literals in it. */
function found(literals: readonly string[], lines: readonly string[], every = false): [number, string, string[]][] {
  const bytes = linesOf(lines);
  const by = (leastBytes: number) => {
    const cursor = createLiteralScanner(literals, leastBytes).cursorOver(bytes);
    const result: [number, string, string[]][] = [];
    while (cursor.next(every)) {
      const hits = Array.from(cursor.hits.slice(0, cursor.hitCount), (hit) => literals[hit] ?? '');
      result.push([cursor.lineIndex, bytes.toString('utf8', cursor.lineStart, cursor.lineEnd), hits]);
    }
    return result;
  };
  const result = by(0);
  // Whether there is enough for the automaton makes no difference.
  expect(by(Infinity)).toEqual(result);
  return result.map(([line, text, hits]) => [line, text, hits.sort()]);
}

describe('the literal scanner', () => {
  it('finds the lines with a literal, and all literals in them once', () => {
    expect(found(['he', 'she', 'hers'], ['ushers and hers', '', 'nobody', 'the end'])).toEqual([
      [0, 'ushers and hers', ['he', 'hers', 'she']],
      [3, 'the end', ['he']],
    ]);
  });

  it('compares ASCII letters in any case, and all other characters as they are', () => {
    expect(found(['Error', 'é'], ['ERROR', 'É', 'é'])).toEqual([
      [0, 'ERROR', ['Error']],
      [2, 'é', ['é']],
    ]);
  });

  it('finds nothing across lines', () => {
    expect(found(['ab', 'a\nb'], ['a', 'b'])).toEqual([]);
  });

  it('finds a literal that begins with a line feed at the beginning of a line only', () => {
    expect(found(['\nab', 'b'], ['ab', 'xab', '', 'AB'])).toEqual([
      [0, 'ab', ['\nab', 'b']],
      [1, 'xab', ['b']],
      [3, 'AB', ['\nab', 'b']],
    ]);
  });

  it.each([0, Infinity])('passes over dormant literals (automaton from %d bytes on)', (leastBytes) => {
    const cursor = createLiteralScanner(['x', 'y'], leastBytes).cursorOver(linesOf(['x', 'xy']));
    expect(cursor.next(false, Uint8Array.of(1, 0))).toBe(true);
    expect([cursor.lineIndex, cursor.hitCount]).toEqual([1, 1]);
  });

  it('stops at every line when asked to', () => {
    expect(found(['b'], ['a', 'b'], true)).toEqual([
      [0, 'a', []],
      [1, 'b', ['b']],
    ]);
  });

  it.each([0, Infinity])('goes on where it is told to (automaton from %d bytes on)', (leastBytes) => {
    const cursor = createLiteralScanner(['x'], leastBytes).cursorOver(linesOf(['x', 'x', 'x']));
    cursor.goTo(4, 2);
    expect(cursor.next(false)).toBe(true);
    expect(cursor.lineIndex).toBe(2);
    expect(cursor.next(false)).toBe(false);
    expect(cursor.nextIndex).toBe(3);
  });

  it('finds what searching for one literal after the other finds', () => {
    const random = seededRandom();
    for (let round = 0; round < 300; round += 1) {
      const literals = [...new Set(Array.from({ length: 1 + random.below(8) }, () => randomLine(random, 4)))].filter(
        // Half a pair cannot be told from other bytes, and is no required literal.
        (literal) => literal !== '' && literal === literal.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
      );
      const lines = Array.from({ length: random.below(20) }, () => randomLine(random));
      const expected = lines.flatMap((line, index) => {
        const folded = line.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        const hits = literals.filter((literal) => folded.includes(literal)).sort();
        return hits.length === 0 ? [] : [[index, line, hits]];
      });
      expect(found(literals, lines), `seed ${random.seed}`).toEqual(expected);
    }
  });
});
