import { type AST, RegExpParser } from '@eslint-community/regexpp';

/** The syntax tree of a regex; throws a SyntaxError when it is invalid. */
export function parseRegex(source: string, flags: string): AST.Pattern {
  // The syntax that the oldest Node.js we run on knows.
  const parser = new RegExpParser({ ecmaVersion: 2024 });
  return parser.parsePattern(source, 0, source.length, { unicode: flags.includes('u') });
}
