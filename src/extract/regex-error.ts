import { RegExpSyntaxError } from '@eslint-community/regexpp';
import { parseRegex } from './parse-regex.ts';

/** What makes a regular expression invalid, and at which of its characters; undefined when it is valid. */
export function regexError(source: string, flags: string): { message: string; index: number } | undefined {
  try {
    parseRegex(source, flags);
    new RegExp(source, flags);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const index = error instanceof RegExpSyntaxError ? error.index : 0;
    return { message: wordsOf(error.message), index };
  }
}

/** The message without the regex itself, which may be long and stands in the file. */
function wordsOf(message: string): string {
  return message.replace(/^Invalid regular expression: \/.*\/[a-z]*: /s, '');
}
