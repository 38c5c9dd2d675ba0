import type { SeededRandom } from '../../support/seeded-random.ts';

const atoms = [
  'a',
  'b',
  'B',
  'k',
  's',
  '-',
  'é',
  'ß',
  '✓',
  '[ab]',
  '[A-C]',
  '[^b]',
  '\\w',
  '\\d',
  '\\s',
  '.',
  '\\bab',
  '^',
  '$',
] as const;
const counts = ['', '', '', '', '?', '*', '+', '{2}', '{1,3}', '{0,2}', '{18}', '{17,}', '*?', '+?'] as const;

/** Of groups only few, because a backtracking engine would never come to an end with loops in loops. */
const groupCounts = ['', '', '?', '{2}', '{1,3}', '{0,2}?'] as const;

/** A regex out of a small grammar whose alphabet is that of {@link randomLine}. */
export function randomRegex(random: SeededRandom, depth = 3): string {
  const alternatives = Array.from({ length: 1 + Math.floor(random.below(5) / 3) }, () =>
    Array.from({ length: 1 + random.below(4) }, () => {
      const isGroup = depth > 0 && random.below(4) === 0;
      const atom = isGroup ? `${random.oneOf(['(', '(?:'])}${randomRegex(random, depth - 1)})` : random.oneOf(atoms);
      return atom === '^' || atom === '$' ? atom : atom + random.oneOf(isGroup ? groupCounts : counts);
    }).join(''),
  );
  return alternatives.join('|');
}

const letters = [
  'a',
  'a',
  'A',
  'b',
  'b',
  'B',
  'k',
  'K',
  's',
  '-',
  '1',
  ' ',
  'é',
  'É',
  'ß',
  '✓',
  '\u212a',
  '\u017f',
  '😀',
] as const;

export function randomLine(random: SeededRandom, maxLength = 30): string {
  return Array.from({ length: random.below(maxLength) }, () => random.oneOf(letters)).join('');
}
