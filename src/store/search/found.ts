import type Database from 'better-sqlite3';
import type { SearchFilter, SearchHit } from '../../domain/search.ts';
import type { TimeRange } from '../time-range.ts';
import type { ReadRecorded } from './passage-texts.ts';
import type { Scope } from './scope.ts';
import type { SearchWord } from './search-words.ts';

/** A match, and the text that it is in. */
export interface Found {
  readonly hit: Omit<SearchHit, 'fragments'>;
  readonly text: string;
}

export interface Asked {
  readonly store: Database.Database;
  readonly index: Database.Database;
  readonly read: ReadRecorded;
  readonly words: readonly SearchWord[];
  readonly scope: Scope;
  readonly time: TimeRange | undefined;
  readonly type: SearchFilter['type'];
  /** How many to find of each kind. */
  readonly most: number;
}
