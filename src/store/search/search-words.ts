import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';

const longestQuery = 500;
const mostWords = 16;
/** To begin with fewer letters is to match too many words. */
const shortestPrefix = 3;

/** What the index takes for a part of a word (FTS5's tokenizer unicode61). */
const wordCharacter = /[\p{L}\p{N}\p{Co}]/u;
const longPrefix = new RegExp(String.raw`[\p{L}\p{N}\p{Co}]{${shortestPrefix}}\*+$`, 'u');

/** A word or phrase that was typed. */
export interface SearchWord {
  readonly text: string;
  /** Its last word is only the beginning of one. */
  readonly isBegun: boolean;
}

/** As FTS5 takes them: all of what was typed is quoted, so that nothing in it means anything to SQLite. */
export const matchOf = (words: readonly SearchWord[]) =>
  words.map(({ text, isBegun }) => `"${text}"${isBegun ? '*' : ''}`).join(' ');

/** All of them must be found. */
export function searchWordsOf(query: string): Result<SearchWord[], Failure> {
  if (query.length > longestQuery) return usage(`a query has at most ${longestQuery} characters`);
  if ((query.split('"').length - 1) % 2 === 1) return usage('a phrase begins with " and never ends');
  const words: SearchWord[] = [];
  for (const [, phrase, word = ''] of query.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    const isBegun = phrase === undefined && word.endsWith('*');
    const text = (phrase ?? word).replaceAll('\0', ' ');
    if (!wordCharacter.test(text)) continue;
    if (isBegun && !longPrefix.test(text)) {
      return usage(`${text}: at least ${shortestPrefix} letters stand before *`);
    }
    words.push({ text: isBegun ? text.replace(/\*+$/, '') : text, isBegun });
  }
  if (words.length === 0) return usage('there is no word in it; words are made of letters and digits');
  if (words.length > mostWords) return usage(`a query has at most ${mostWords} words and phrases`);
  return ok(words);
}

const usage = (message: string) => fail<Failure>({ reason: 'usage', message: `cannot search for this: ${message}` });
