import type { AST } from '@eslint-community/regexpp';
import { parseRegex } from './parse-regex.ts';

const LINE_FEED = 0x0a;

/** More would make the set useless as a filter. */
const maxLiterals = 24;
/** Longer alternatives are joined no further. */
const maxLiteralLength = 32;

/**
 * What is known of the texts that a part of a regex matches, in lower case:
 * all of them (`exact`), or some of which each contains at least one (`required`).
 */
interface Knowledge {
  readonly exact?: ReadonlySet<string>;
  readonly required?: ReadonlySet<string>;
}

const unknown: Knowledge = {};
const nothing: Knowledge = { exact: new Set(['']) };
const lineStart: Knowledge = { exact: new Set(['\n']) };

/**
 * The literals of which every line that the regex matches contains at least
 * one, compared without ASCII case; undefined when the regex demands none.
 *
 * A line feed at a literal's beginning stands for the beginning of the line.
 */
export function requiredLiterals(regex: string, flags: string): readonly string[] | undefined {
  const best = bestOf(ofAlternatives(parseRegex(regex, flags).alternatives, flags));
  return best && [...best].sort();
}

/** Without flag u, a character beyond U+FFFF stands in the regex as two halves; together they are a literal. */
function ofElementOrPair(element: AST.Element, next: AST.Element | undefined, flags: string): Knowledge {
  if (!isHighHalf(element) || !isLowHalf(next)) return ofElement(element, flags);
  // Only characters have halves; with flag i they may have another case.
  if (flags.includes('i') || element.type !== 'Character' || next?.type !== 'Character') return unknown;
  return { exact: new Set([String.fromCharCode(element.value, next.value)]) };
}

const isHighHalf = (node?: AST.Element) => node?.type === 'Character' && node.value >= 0xd800 && node.value <= 0xdbff;
const isLowHalf = (node?: AST.Element) => node?.type === 'Character' && node.value >= 0xdc00 && node.value <= 0xdfff;

function ofElement(node: AST.Element, flags: string): Knowledge {
  switch (node.type) {
    case 'Character':
      return ofCharacters([node.value], flags);
    case 'CharacterClass':
      return ofClass(node, flags);
    case 'Group':
    case 'CapturingGroup':
      return ofAlternatives(node.alternatives, flags);
    case 'Quantifier':
      return ofQuantifier(node, flags);
    case 'Assertion':
      return node.kind === 'start' ? lineStart : nothing;
    case 'CharacterSet':
    case 'ExpressionCharacterClass':
    case 'Backreference':
      return unknown;
  }
}

function ofAlternatives(alternatives: readonly AST.Alternative[], flags: string): Knowledge {
  const parts = alternatives.map((alternative) => ofSequence(alternative.elements, flags));
  const exact = union(parts.map((part) => part.exact));
  if (exact !== undefined) return { exact };
  const required = union(parts.map(bestOf));
  return required === undefined ? unknown : { required };
}

/** Joins neighbours as long as all their texts are known, and keeps the best of what it found. */
function ofSequence(elements: readonly AST.Element[], flags: string): Knowledge {
  let run: ReadonlySet<string> = new Set(['']);
  const found: ReadonlySet<string>[] = [];
  let breaks = 0;
  for (const [index, element] of elements.entries()) {
    if (isHighHalf(elements[index - 1]) && isLowHalf(element)) continue;
    const { exact, required } = ofElementOrPair(element, elements[index + 1], flags);
    const joined = exact && product(run, exact);
    if (joined) {
      run = joined;
      continue;
    }
    if (isUseful(run)) found.push(run);
    if (required) found.push(required);
    run = exact ?? new Set(['']);
    breaks += 1;
  }
  if (breaks === 0) return { exact: run };
  if (isUseful(run)) found.push(run);
  const best = found.reduce<ReadonlySet<string> | undefined>(better, undefined);
  return best === undefined ? unknown : { required: best };
}

function ofQuantifier(node: AST.Quantifier, flags: string): Knowledge {
  const inner = ofElement(node.element, flags);
  if (node.min === 0) {
    const optional = node.max === 1 ? union([inner.exact, new Set([''])]) : undefined;
    return optional === undefined ? unknown : { exact: optional };
  }
  if (node.min === node.max && inner.exact) {
    const repeated = power(inner.exact, node.min);
    if (repeated) return { exact: repeated };
  }
  const required = bestOf(inner);
  return required === undefined ? unknown : { required };
}

function ofClass(node: AST.CharacterClass, flags: string): Knowledge {
  if (node.negate) return unknown;
  const characters: number[] = [];
  for (const element of node.elements) {
    if (element.type === 'Character') characters.push(element.value);
    else if (element.type === 'CharacterClassRange' && element.max.value - element.min.value < maxLiterals) {
      for (let value = element.min.value; value <= element.max.value; value += 1) characters.push(value);
    } else return unknown;
  }
  return ofCharacters(characters, flags);
}

function ofCharacters(values: readonly number[], flags: string): Knowledge {
  const exact = new Set<string>();
  for (const value of values) {
    if (value === LINE_FEED || !isLiteralInBytes(value, flags)) return unknown;
    const character = String.fromCodePoint(value);
    exact.add(value < 0x80 ? character.toLowerCase() : character);
  }
  return exact.size === 0 || exact.size > maxLiterals ? unknown : { exact };
}

/** Whether a character of the regex can only match the same bytes in the line (up to ASCII case). */
function isLiteralInBytes(value: number, flags: string): boolean {
  // Halves of a pair have no bytes of their own, and U+FFFD stands for any invalid byte.
  if ((value >= 0xd800 && value <= 0xdfff) || value === 0xfffd) return false;
  if (!flags.includes('i')) return true;
  if (value >= 0x80) return false;
  // With flags i and u, `k` matches the Kelvin sign and `s` the long s.
  return !(flags.includes('u') && 'kKsS'.includes(String.fromCodePoint(value)));
}

function bestOf({ exact, required }: Knowledge): ReadonlySet<string> | undefined {
  if (exact) return isUseful(exact) ? exact : undefined;
  return required;
}

const isUseful = (literals: ReadonlySet<string>) => literals.size > 0 && !literals.has('') && !literals.has('\n');

/** The set whose shortest literal is longer; of equals the smaller one. */
function better(left: ReadonlySet<string> | undefined, right: ReadonlySet<string>): ReadonlySet<string> {
  if (left === undefined) return right;
  const difference = shortest(right) - shortest(left);
  return difference > 0 || (difference === 0 && right.size < left.size) ? right : left;
}

const shortest = (literals: ReadonlySet<string>) => Math.min(...Array.from(literals, (literal) => literal.length));

/** Undefined when one of the sets is, or when it would grow too large. */
function union(sets: readonly (ReadonlySet<string> | undefined)[]): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const set of sets) {
    if (set === undefined) return undefined;
    for (const literal of set) all.add(literal);
  }
  return all.size > maxLiterals ? undefined : all;
}

function power(base: ReadonlySet<string>, exponent: number): ReadonlySet<string> | undefined {
  let result: ReadonlySet<string> | undefined = base;
  for (let times = 1; times < exponent; times += 1) {
    result = product(result, base);
    if (result === undefined) return undefined;
  }
  return result;
}

function product(left: ReadonlySet<string>, right: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (left.size * right.size > maxLiterals) return undefined;
  const all = new Set<string>();
  for (const head of left) {
    for (const tail of right) {
      if (head.length + tail.length > maxLiteralLength) return undefined;
      // `^^` asks for one beginning only.
      all.add(head === '\n' && tail.startsWith('\n') ? tail : head + tail);
    }
  }
  return all;
}
