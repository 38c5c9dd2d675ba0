import type Database from 'better-sqlite3';
import { type SearchKind, searchKinds } from '../../domain/search.ts';
import { matchOf, type SearchWord } from './search-words.ts';

/** Tables, of this connection alone, of the words that the index has. */
export const vocabularies = searchKinds
  .map((kind) => `CREATE VIRTUAL TABLE temp.${kind}_words USING fts5vocab(main, '${kind}_texts', 'instance')`)
  .join(';\n');

export const nextWordSql = (kind: SearchKind) =>
  `SELECT term FROM temp.${kind}_words WHERE term >= ? ORDER BY term LIMIT 1`;

/** Where more words begin so, FTS5's own way is hardly slower. */
const mostSpellings = 256;
/** Behind all characters that a word has, before all words that are longer. */
const wordEnd = '\u0001';
/** A beginning that the tokenizer (unicode61) takes apart, and writes, as we do. */
const plainBeginning = /^(?<before>.*[\0-/:-@[-`{-\x7f]|)(?<beginning>[A-Za-z0-9]+)$/su;

/**
 * The words as FTS5 takes them, with the index's own in the place of those that are only begun. FTS5 collects all rows
 * of all words that begin so before it gives the first; of whole words it reads as far as rows are asked for.
 */
export function spelledOut(words: readonly SearchWord[], kind: SearchKind, index: Database.Database): string {
  const next = index.prepare<[string], string>(nextWordSql(kind)).pluck();
  return words
    .map((word) => {
      const spellings = word.isBegun ? spellingsOf(word.text, next) : undefined;
      return spellings === undefined ? matchOf([word]) : `(${spellings.map((text) => `"${text}"`).join(' OR ')})`;
    })
    .join(' AND ');
}

/** Undefined where there is none, or there are too many. */
function spellingsOf(text: string, next: Database.Statement<[string], string>): string[] | undefined {
  const { before = '', beginning } = plainBeginning.exec(text)?.groups ?? {};
  if (beginning === undefined) return undefined;
  const found: string[] = [];
  const begun = beginning.toLowerCase();
  for (let word = next.get(begun); word?.startsWith(begun) === true; word = next.get(word + wordEnd)) {
    if (found.length === mostSpellings) return undefined;
    found.push(before + word);
  }
  return found.length === 0 ? undefined : found;
}
