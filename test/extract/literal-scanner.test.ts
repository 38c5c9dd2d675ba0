import { describe, expect, it } from 'vitest';
import { createLiteralScanner, type LiteralScannerOptions } from '../../src/extract/literal-scanner.ts';
import { createCompiledWalker, createPlainWalker } from '../../src/extract/walker.ts';
import { randomLine } from './support/random-regex.ts';
import { seededRandom } from '../support/seeded-random.ts';

const linesOf = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));

/** The ways to scan, each as good as the others. */
const compiled = { leastBytes: 0, walkerOf: createCompiledWalker };
const plain = { leastBytes: 0, walkerOf: createPlainWalker };
const ways: readonly [string, LiteralScannerOptions][] = [
  ['compiled', compiled],
  ['in plain JavaScript', plain],
  ['by one search after the other', { leastBytes: Infinity }],
];

type Found = [number, string, string[]];

/** Each line found, with the literals in it. */
function foundBy(options: LiteralScannerOptions, literals: readonly string[], bytes: Buffer, every = false): Found[] {
  const cursor = createLiteralScanner(literals, options).cursorOver(bytes);
  const result: Found[] = [];
  while (cursor.next(every)) {
    const hits = Array.from(cursor.hits.slice(0, cursor.hitCount), (hit) => literals[hit] ?? '');
    result.push([cursor.lineIndex, bytes.toString('utf8', cursor.lineStart, cursor.lineEnd), hits]);
  }
  return result;
}

function found(literals: readonly string[], lines: readonly string[], every = false): Found[] {
  const [first = [], ...others] = ways.map(([, options]) => foundBy(options, literals, linesOf(lines), every));
  for (const other of others) expect(other).toEqual(first);
  return first.map(([line, text, hits]) => [line, text, hits.sort()]);
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

  it.each(ways)('passes over dormant literals (%s)', (_, options) => {
    const cursor = createLiteralScanner(['x', 'y'], options).cursorOver(linesOf(['x', 'xy']));
    expect(cursor.next(false, Uint8Array.of(1, 0))).toBe(true);
    expect([cursor.lineIndex, cursor.hitCount]).toEqual([1, 1]);
  });

  it('stops at every line when asked to', () => {
    expect(found(['b'], ['a', 'b'], true)).toEqual([
      [0, 'a', []],
      [1, 'b', ['b']],
    ]);
  });

  it.each(ways)('goes on where it is told to (%s)', (_, options) => {
    const cursor = createLiteralScanner(['x'], options).cursorOver(linesOf(['x', 'x', 'x']));
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

  describe('compiled', () => {
    /** Lines of all lengths, some of them longer than what is walked over at a time. */
    const text = (random: ReturnType<typeof seededRandom>) => {
      const lengths = [3, 30, 300, 3000, 50_000];
      const most = lengths[random.below(lengths.length)] ?? 3;
      const lines = Array.from({ length: 1 + random.below(Math.ceil(100_000 / most)) }, () =>
        'abc\u00e9A '.repeat(1 + most / 6).slice(random.below(6), 1 + random.below(most)),
      );
      return Buffer.from(lines.map((line) => `${line}\n`).join(''));
    };

    it('finds what is found in plain JavaScript, wherever it cuts the text', () => {
      const random = seededRandom();
      for (let round = 0; round < 60; round += 1) {
        const literals = ['\na', 'b', 'abc', 'ca', '\u00e9', '\nbc\u00e9a', 'cab'].slice(random.below(6));
        const bytes = text(random);
        const every = random.below(2) === 0;
        expect(foundBy(compiled, literals, bytes, every), `seed ${random.seed}`).toEqual(
          foundBy(plain, literals, bytes, every),
        );
      }
    });

    it('scans bytes that are no text, and a last line without its end, as plain JavaScript does', () => {
      const random = seededRandom();
      for (let round = 0; round < 300; round += 1) {
        const bytes = Buffer.from(
          Array.from({ length: random.below(400) }, () => [0, 10, 97, 98, 255][random.below(5)] ?? 0),
        );
        const literals = ['a', 'ab', '\nb', 'bbb'];
        expect(foundBy(compiled, literals, bytes), `seed ${random.seed}`).toEqual(foundBy(plain, literals, bytes));
      }
    });

    it('serves two that read with the same scanner at once', () => {
      const scanner = createLiteralScanner(['a'], compiled);
      const one = scanner.cursorOver(linesOf(['a', 'x', 'a']));
      const other = scanner.cursorOver(linesOf(['x', 'a']));
      expect([one.next(false), other.next(false), one.next(false), other.next(false)]).toEqual([
        true,
        true,
        true,
        false,
      ]);
      expect([one.lineIndex, other.lineIndex]).toEqual([2, 1]);
    });
  });
});
