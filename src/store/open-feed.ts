import type { Failure } from '../domain/failure.ts';
import type { FeedReader } from '../domain/feed.ts';
import { ok, type Result } from '../domain/result.ts';
import { SqliteFeedReader } from './feed-reader.ts';

/**
 * Opens the feed beside whoever writes it, and where there is no database yet, too: it begins when one appears.
 *
 * @param onFailure is told what keeps it from being read, each time
 */
export function openFeed(path: string, onFailure?: (failure: Failure) => void): Result<FeedReader, Failure> {
  const feed = new SqliteFeedReader(path, onFailure);
  const latest = feed.latest();
  return latest.ok ? ok(feed) : latest;
}
