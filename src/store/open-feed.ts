import type { Failure } from '../domain/failure.ts';
import type { FeedReader } from '../domain/feed.ts';
import { ok, type Result } from '../domain/result.ts';
import { SqliteFeedReader } from './feed-reader.ts';

/** Opens the feed beside whoever writes it, and where there is no database yet, too: it begins when one appears. */
export function openFeed(path: string): Result<FeedReader, Failure> {
  const feed = new SqliteFeedReader(path);
  const latest = feed.latest();
  return latest.ok ? ok(feed) : latest;
}
