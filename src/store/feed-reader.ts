import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import type { Cursor, FeedFilter, FeedPage, FeedReader } from '../domain/feed.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { Current } from './current.ts';
import { attempt } from './database-failure.ts';
import { FeedQueries } from './feed-queries.ts';
import { openDatabaseForReading } from './open-database.ts';
import { timeRange } from './time-range.ts';

/** The feed of the database at a path, which may appear later or be replaced. */
export class SqliteFeedReader implements FeedReader {
  readonly #path: string;
  readonly #feed: Current<OpenFeed>;
  readonly #onFailure: (failure: Failure) => void;

  constructor(path: string, onFailure: (failure: Failure) => void = () => undefined) {
    this.#path = path;
    this.#onFailure = onFailure;
    this.#feed = new Current(path, () => {
      const opened = openDatabaseForReading(path);
      return opened.ok ? attempt(path, () => ok(new OpenFeed(opened.value))) : opened;
    });
  }

  latest(): Result<Cursor, Failure> {
    return this.#read((feed) => ok(feed.latest()));
  }

  read({ after, filter, limit }: { after: Cursor; filter: FeedFilter; limit: number }): Result<FeedPage, Failure> {
    return this.#read((feed) => {
      const latest = feed.latest();
      if (after > latest) return fail(ahead(after, latest));
      if (after === latest) return ok({ entries: [], cursor: after });
      return ok(feed.inTransaction((queries) => queries.next(after, filter, limit)));
    });
  }

  newest({ filter, limit }: { filter: FeedFilter; limit: number }): Result<FeedPage, Failure> {
    return this.#read((feed) => ok(feed.inTransaction((queries) => queries.last(filter, limit))));
  }

  cursorAt(time: string): Result<Cursor, Failure> {
    return this.#read((feed) => {
      const range = timeRange({ since: time });
      if (!range.ok) return range;
      return ok(feed.inTransaction((queries) => queries.before(range.value?.sinceUs ?? 0)));
    });
  }

  close(): void {
    this.#feed.close();
  }

  #read<Value>(query: (feed: OpenFeed) => Result<Value, Failure>): Result<Value, Failure> {
    const feed = this.#feed.get();
    const read = feed.ok ? attempt(this.#path, () => query(feed.value)) : feed;
    if (!read.ok) this.#onFailure(read.failure);
    return read;
  }
}

/** The feed of one file. */
class OpenFeed {
  readonly #database: Database.Database;
  readonly #queries: FeedQueries;
  #latest: Cursor = 0;
  /** What SQLite says of the database's contents, when `#latest` was read: it changes when another process commits. */
  #version: unknown;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#queries = new FeedQueries(database);
  }

  latest(): Cursor {
    const version = this.#database.pragma('data_version', { simple: true });
    if (version !== this.#version) {
      this.#latest = this.#queries.latest();
      this.#version = version;
    }
    return this.#latest;
  }

  inTransaction<Value>(query: (queries: FeedQueries) => Value): Value {
    return this.#database.transaction(() => query(this.#queries)).deferred();
  }

  close(): void {
    this.#database.close();
  }
}

function ahead(cursor: Cursor, latest: Cursor): Failure {
  return {
    reason: 'cursor-ahead',
    message:
      `cursor ${cursor} is behind the end of the feed, ${latest}: ` +
      'it is of another database, or this one was rebuilt; read on from 0',
  };
}
