import type { SearchKind } from '../../domain/search.ts';
import { spelledOut } from './begun-words.ts';
import type { Asked, Found } from './found.ts';
import { matchedEvents } from './matched-events.ts';
import { matchedLines } from './matched-lines.ts';
import { keyFactor, keyOf } from './schema.ts';

/** How much text is ranked of each kind. */
const mostCharacters = 4_000_000;
/** How many matches are looked at for those that pass the filter. */
const mostLookedAt = 50_000;

const candidatesSql = (table: string) => `
  SELECT rowid FROM ${table}
  WHERE ${table} MATCH :match AND rowid >= (:first << 31) AND rowid < ((:beforeKey << 31) | :beforeN)
  ORDER BY rowid DESC LIMIT :limit`;

/** The newest matches of a kind that pass, and whether these are all. */
export function newestMatches(
  kind: SearchKind,
  asked: Asked,
): { readonly entries: readonly Found[]; readonly isAll: boolean } {
  const { index, scope, words, most } = asked;
  const match = spelledOut(words, kind, index);
  const statement = index.prepare<[Record<string, string | number>], number>(candidatesSql(`${kind}_texts`)).pluck();
  const entries: Found[] = [];
  let characters = 0;
  let before = (scope.last + 1) * keyFactor;
  for (let lookedAt = 0; lookedAt < mostLookedAt; lookedAt += most) {
    const place = { beforeKey: keyOf(before), beforeN: before % keyFactor };
    const rowids = statement.all({ match, first: scope.first, ...place, limit: most });
    const inScope = rowids.filter((rowid) => scope.keys?.has(keyOf(rowid)) ?? true);
    for (const found of kind === 'line' ? matchedLines(inScope, asked) : matchedEvents(kind, inScope, asked)) {
      if (entries.length >= most || characters > mostCharacters) return { entries, isAll: false };
      entries.push(found);
      characters += found.text.length;
    }
    const last = rowids.at(-1);
    if (rowids.length < most || last === undefined) return { entries, isAll: true };
    before = last;
  }
  return { entries, isAll: false };
}
