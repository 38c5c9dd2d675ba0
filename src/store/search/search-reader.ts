import type Database from 'better-sqlite3';
import type { Failure } from '../../domain/failure.ts';
import type { Paged } from '../../domain/ports.ts';
import { ok, type Result } from '../../domain/result.ts';
import {
  type SearchFilter,
  type SearchHit,
  type SearchKind,
  searchKinds,
  type SearchLag,
  type SearchPage,
  type SearchReader,
} from '../../domain/search.ts';
import { Current } from '../current.ts';
import { attempt } from '../database-failure.ts';
import { openDatabaseForReading } from '../open-database.ts';
import { timeRange } from '../time-range.ts';
import { lagOf, progressOf } from './lag.ts';
import type { Found } from './found.ts';
import { newestMatches } from './newest-matches.ts';
import { openIndexForReading } from './open-index.ts';
import type { ReadRecorded } from './passage-texts.ts';
import { type Ranked, RankedTexts } from './ranked-texts.ts';
import { scopeOf } from './scope.ts';
import { matchOf, searchWordsOf } from './search-words.ts';

/** How many of the newest matches of each kind are ranked, if a page does not reach further. */
const leastRanked = 500;

/** Searches the index at a path beside whoever fills it; where there is none yet, nothing is found. */
export class SqliteSearchReader implements SearchReader {
  readonly #path: string;
  readonly #store: Current<Database.Database>;
  readonly #index: Current<{ readonly database: Database.Database | undefined; close(): void }>;
  readonly #read: ReadRecorded;
  readonly #ranked = new RankedTexts();

  constructor(paths: { readonly database: string; readonly searchIndex: string }, read: ReadRecorded) {
    this.#path = paths.searchIndex;
    this.#read = read;
    this.#store = new Current(paths.database, openDatabaseForReading);
    this.#index = new Current(paths.searchIndex, (path) => {
      const opened = openIndexForReading(path);
      return opened.ok ? ok({ database: opened.value, close: () => opened.value?.close() }) : opened;
    });
  }

  search(filter: SearchFilter & Paged): Result<SearchPage, Failure> {
    const words = searchWordsOf(filter.query);
    if (!words.ok) return words;
    const time = timeRange(filter);
    if (!time.ok) return time;
    return this.#do((store, index) => {
      const offset = Number(filter.cursor ?? 0);
      const wanted = offset + filter.limit + 1;
      const scope = scopeOf(store, filter, time.value);
      const lag = lagOf(store, index);
      if (index === undefined || scope === undefined || progressOf(store, index) === undefined) {
        return { items: [], total: 0, totalIsExact: true, next: null, lag };
      }
      const most = Math.max(leastRanked, wanted);
      const { type } = filter;
      const asked = { store, index, read: this.#read, words: words.value, scope, time: time.value, type, most };
      const found = kindsOf(filter).map((kind) => newestMatches(kind, asked));
      const all = eachOnce(found.flatMap(({ entries }) => entries));
      const best = this.#ranked.rank(
        all.map(({ text }) => text),
        matchOf(words.value),
        { limit: filter.limit, offset },
      );
      return {
        items: best.flatMap((ranked) => hitOf(all, ranked)),
        total: all.length,
        totalIsExact: found.every(({ isAll }) => isAll),
        next: offset + best.length < all.length && best.length === filter.limit ? String(offset + filter.limit) : null,
        lag,
      };
    });
  }

  searchLag(): Result<SearchLag, Failure> {
    return this.#do(lagOf);
  }

  close(): void {
    this.#store.close();
    this.#index.close();
    this.#ranked.close();
  }

  #do<Value>(
    action: (store: Database.Database, index: Database.Database | undefined) => Value,
  ): Result<Value, Failure> {
    const store = this.#store.get();
    if (!store.ok) return store;
    const index = this.#index.get();
    if (!index.ok) return index;
    return attempt(this.#path, () => {
      const query = () => action(store.value, index.value.database);
      const ofOneMoment = () => store.value.transaction(query).deferred();
      return ok(index.value.database?.transaction(ofOneMoment).deferred() ?? ofOneMoment());
    });
  }
}

/** Only events have a type. */
function kindsOf({ kinds = searchKinds, type }: SearchFilter): readonly SearchKind[] {
  return type === undefined ? kinds : kinds.filter((kind) => kind === 'event');
}

/** A line that made an event is told as that event. */
function eachOnce(all: readonly Found[]): Found[] {
  const place = ({ session_id, stream, byte_offset }: Found['hit']) => `${session_id} ${stream} ${byte_offset}`;
  const events = new Set(all.flatMap(({ hit }) => (hit.kind === 'event' ? place(hit) : [])));
  return all.filter(({ hit }) => hit.kind !== 'line' || !events.has(place(hit)));
}

function hitOf(all: readonly Found[], { position, fragments }: Ranked): SearchHit[] {
  const found = all[position];
  return found === undefined ? [] : [{ ...found.hit, fragments }];
}
