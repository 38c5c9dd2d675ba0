import { type AST, visitRegExpAST } from '@eslint-community/regexpp';
import type { Execution } from '../domain/pattern.ts';
import { parseRegex } from './parse-regex.ts';
import { regexError } from './regex-error.ts';

/** V8's linear engine writes counted parts out, up to so many times. */
const maxRepetition = 16;
/** Larger counts are not written out. */
const maxCount = 1024;

/** Thrown inside this file only: the regex has something that cannot be said otherwise. */
class NotRewritable extends Error {}

/**
 * How to run a regex so that it finds the same, but, where possible, on V8's
 * linear engine, which knows neither the flags `i` and `u` nor large counts:
 * letters become classes, counts become sequences. Undefined when it is invalid.
 */
export function runnable(regex: string, flags: string): Execution | undefined {
  if (regexError(regex, flags) !== undefined) return undefined;
  const pattern = parseRegex(regex, flags);
  const backtracks = mayBacktrackLong(pattern);
  try {
    const write = writerFor(flags.includes('i'), flags.includes('u'));
    return { source: write(pattern.alternatives, 1), flags: '', linear: true, backtracks };
  } catch (error) {
    if (!(error instanceof NotRewritable)) throw error;
    return { source: regex, flags, linear: false, backtracks };
  }
}

/**
 * Whether a backtracking engine could take long on a line of 2 KiB. It cannot
 * when there is at most one unbounded repetition, of single characters.
 */
function mayBacktrackLong(pattern: AST.Pattern): boolean {
  let loops = 0;
  let choices = 0;
  let hard = 0;
  visitRegExpAST(pattern, {
    onQuantifierEnter({ min, max, element }) {
      if (min === max && isSingleCharacter(element)) return;
      if (max === 1) choices += 1;
      else if (isSingleCharacter(element)) loops += 1;
      else hard += 1;
    },
    onBackreferenceEnter: () => {
      hard += 1;
    },
    onGroupEnter: ({ alternatives }) => {
      choices += alternatives.length - 1;
    },
    onCapturingGroupEnter: ({ alternatives }) => {
      choices += alternatives.length - 1;
    },
  });
  return hard > 0 || loops > 1 || choices > 8;
}

const isSingleCharacter = (node: AST.Element) =>
  node.type === 'Character' || node.type === 'CharacterSet' || node.type === 'CharacterClass';

/** Writes a syntax tree out again without the flags; `outer` is how often what it writes is repeated. */
function writerFor(ignoreCase: boolean, unicode: boolean) {
  const alternativesOf = (alternatives: readonly AST.Alternative[], outer: number): string =>
    alternatives.map(({ elements }) => elements.map((element) => elementOf(element, outer)).join('')).join('|');

  function elementOf(node: AST.Element, outer: number): string {
    switch (node.type) {
      case 'Character': {
        const others = ignoreCase ? otherCases(node.value) : [];
        return others.length === 0 ? literal(node.value) : `[${[node.value, ...others].map(literal).join('')}]`;
      }
      case 'CharacterSet':
        return setOf(node);
      case 'CharacterClass':
        return classOf(node);
      case 'Group':
        if (node.modifiers) throw new NotRewritable();
        return `(?:${alternativesOf(node.alternatives, outer)})`;
      case 'CapturingGroup':
        return `(${node.name === null ? '' : `?<${node.name}>`}${alternativesOf(node.alternatives, outer)})`;
      case 'Quantifier':
        return quantified(node, outer);
      case 'Assertion':
        if (node.kind === 'lookahead' || node.kind === 'lookbehind') throw new NotRewritable();
        if (node.kind === 'word' && ignoreCase && unicode) throw new NotRewritable();
        return node.raw;
      case 'Backreference':
      case 'ExpressionCharacterClass':
        throw new NotRewritable();
    }
  }

  function quantified({ element, min, max, greedy }: AST.Quantifier, outer: number): string {
    // The engines differ in what becomes of a repetition that matches nothing.
    if (canBeEmpty(element)) throw new NotRewritable();
    const factor = max === Infinity ? Math.max(1, min) : max;
    const part = elementOf(element, outer * factor);
    const lazy = greedy ? '' : '?';
    // Only single characters: with longer parts, the order in which ways to match are tried might differ.
    const isSplit = outer * factor > maxRepetition && factor <= maxCount && isSingleCharacter(element);
    if (!isSplit) return part + countOf(min, max) + lazy;
    const chunk = Math.max(1, Math.floor(maxRepetition / outer));
    const rest = max === Infinity ? `${part}*${lazy}` : inChunks(max - min, chunk, (n) => `${part}{0,${n}}${lazy}`);
    return inChunks(min, chunk, (n) => `${part}{${n}}`) + rest;
  }

  function setOf(node: AST.CharacterSet): string {
    const isWide = node.kind === 'any' || node.kind === 'property' || node.negate;
    // A wide set takes both halves of a pair with flag u, but one without.
    if (unicode && (isWide || (ignoreCase && node.kind === 'word'))) throw new NotRewritable();
    return node.raw;
  }

  function classOf(node: AST.CharacterClass): string {
    if (node.unicodeSets || (node.negate && unicode)) throw new NotRewritable();
    const parts = node.elements.map((element) => {
      if (element.type === 'CharacterSet') return setOf(element);
      const [min, max] =
        element.type === 'Character' ? [element.value, element.value] : [element.min.value, element.max.value];
      let part = min === max ? literal(min) : `${literal(min)}-${literal(max)}`;
      if (ignoreCase) {
        for (let value = min; value <= max; value += 1) part += otherCases(value).map(literal).join('');
      }
      return part;
    });
    return `[${node.negate ? '^' : ''}${parts.join('')}]`;
  }

  /** What else a character matches with flag i. */
  function otherCases(value: number): number[] {
    const character = String.fromCodePoint(value);
    if (value >= 0x80) {
      if (character.toLowerCase() !== character || character.toUpperCase() !== character) throw new NotRewritable();
      return [];
    }
    if (!/[a-z]/i.test(character)) return [];
    const others = [value ^ 0x20];
    if (unicode && /k/i.test(character)) others.push(0x212a);
    if (unicode && /s/i.test(character)) others.push(0x17f);
    return others;
  }

  function literal(value: number): string {
    if (value > 0xffff) throw new NotRewritable();
    const character = String.fromCharCode(value);
    if (/[A-Za-z0-9_ ]/.test(character)) return character;
    return `\\u${value.toString(16).padStart(4, '0')}`;
  }

  return alternativesOf;
}

function canBeEmpty(node: AST.Element): boolean {
  switch (node.type) {
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives.some(({ elements }) => elements.every(canBeEmpty));
    case 'Quantifier':
      return node.min === 0 || canBeEmpty(node.element);
    case 'Assertion':
    case 'Backreference':
      return true;
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
    case 'ExpressionCharacterClass':
      return false;
  }
}

function countOf(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === max) return `{${min}}`;
  return `{${min},${max}}`;
}

function inChunks(count: number, chunk: number, write: (size: number) => string): string {
  let written = '';
  for (let left = count; left > 0; left -= chunk) written += write(Math.min(left, chunk));
  return written;
}
