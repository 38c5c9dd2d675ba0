import type Database from 'better-sqlite3';
import type { Fragment } from '../../domain/search.ts';
import { KeptDatabase } from '../kept-database.ts';

/** What stands around a match and is shown. */
const wordsShown = 32;
/** A word may be as long as its line. */
const mostCharacters = 400;
const [begin, end] = ['\u0001', '\u0002'];

export interface Ranked {
  /** Which of the texts it is. */
  readonly position: number;
  readonly fragments: readonly Fragment[];
}

/**
 * Ranks a few texts, in a table of its own in memory. To rank all that match in the index would mean to walk through
 * every place of every word.
 */
export class RankedTexts {
  readonly #database: Database.Database;
  readonly #add: Database.Statement<[number, string]>;
  readonly #rank: Database.Statement<[string, number, number], number>;
  readonly #excerpts: Database.Statement<[string, string], [rowid: number, excerpt: string]>;

  constructor() {
    this.#database = new KeptDatabase(':memory:');
    this.#database.exec('CREATE VIRTUAL TABLE texts USING fts5(text)');
    this.#add = this.#database.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)');
    this.#rank = this.#database
      .prepare<[string, number, number], number>(
        'SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts), rowid LIMIT ? OFFSET ?',
      )
      .pluck();
    this.#excerpts = this.#database
      .prepare<[string, string], [number, string]>(
        `SELECT rowid, snippet(texts, 0, char(1), char(2), '…', ${wordsShown}) FROM texts
         WHERE texts MATCH ? AND rowid IN (SELECT value FROM json_each(?))`,
      )
      .raw();
  }

  /**
   * The best first, of equals the one that comes first. Texts that do not match are left out.
   *
   * @param match as FTS5 takes it
   */
  rank(texts: readonly string[], match: string, page: { readonly limit: number; readonly offset: number }): Ranked[] {
    this.#database.exec('BEGIN');
    try {
      texts.forEach((text, position) => this.#add.run(position, text.replaceAll(/[\u0001\u0002]/g, ' ')));
      const best = this.#rank.all(match, page.limit, page.offset);
      const excerpts = new Map(this.#excerpts.all(match, JSON.stringify(best)));
      return best.map((position) => ({ position, fragments: fragmentsOf(excerpts.get(position) ?? '') }));
    } finally {
      this.#database.exec('ROLLBACK');
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** The pieces between the marks, not too long: the first match is always among them. */
function fragmentsOf(excerpt: string): Fragment[] {
  const fragments: Fragment[] = [];
  let left = mostCharacters;
  const pieces = excerpt.split(begin).flatMap((piece, nth) => {
    if (nth === 0) return [{ text: piece, match: false }];
    const [matched = '', rest = ''] = piece.split(end);
    return [
      { text: matched, match: true },
      { text: rest, match: false },
    ];
  });
  pieces.forEach(({ text, match }, nth) => {
    if (text === '' || left <= 0) return;
    const most = match ? left : Math.ceil(left / 2);
    // Before the first match its end is what matters, behind it the beginning.
    const cut =
      text.length <= most ? text : nth === 0 ? `…${whole(text.slice(-most))}` : `${whole(text.slice(0, most))}…`;
    fragments.push({ text: cut, match });
    left -= cut.length;
  });
  return fragments;
}

/** Without the halves of characters that were cut. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}
