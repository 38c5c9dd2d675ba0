import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import type { SearchIndexer, SearchLag, UnreadSession } from './domain/search.ts';
import { recordingFolder } from './recording/folder.ts';
import { isRecorded } from './recording/recorded-file.ts';
import { openSessionPassages, type SessionPassages } from './session-passages.ts';
import { SqliteSearchIndexer } from './store/search/search-indexer.ts';

/** What one step reads of a recording: some 25 ms of work. */
const stepBytes = 128 * 1024;
/** So many recordings that still grow are kept open. Others are read from their start again when there is more. */
const mostOpen = 8;
/** How often to look whether recordings were deleted. */
const dropIntervalMs = 60_000;

/** Brings the search index up to what is stored and recorded, step by step. */
export interface SearchIndexing {
  /** A short piece of work. `idle` when there is nothing left to do until something is committed. */
  step(): Result<'more' | 'idle', Failure>;
  lag(): Result<SearchLag, Failure>;
  close(): void;
}

/** Several may run at a time, in one process or in many: what one has done no other does. */
export function openSearchIndexing(paths: Pick<Paths, 'database' | 'searchIndex' | 'recordings'>): SearchIndexing {
  const indexer = new SqliteSearchIndexer(paths);
  const open = new Map<string, SessionPassages>();
  let waiting: UnreadSession[] | undefined;
  let lastDropMs = -Infinity;
  /** Somebody else has read on, or dropped, what we were at. */
  let mustGoThroughAgain = false;

  function step(): Result<'more' | 'idle', Failure> {
    if (waiting === undefined) {
      const news = indexer.hasNews();
      if (!news.ok) return news;
      return news.value || mustGoThroughAgain ? beginRound() : ok('idle');
    }
    const events = indexer.indexEvents();
    if (!events.ok) return events;
    if (events.value === 'more') return ok('more');
    const [session] = waiting;
    if (session === undefined) {
      waiting = undefined;
      return ok('more');
    }
    const read = readSome(session);
    if (!read.ok) return read;
    if (read.value === 'read') waiting.shift();
    return ok('more');
  }

  function beginRound(): Result<'more', Failure> {
    if (performance.now() - lastDropMs > dropIntervalMs) {
      const dropped = dropDeleted(indexer, paths);
      if (!dropped.ok) return dropped;
      lastDropMs = performance.now();
    }
    const unread = indexer.unread();
    if (!unread.ok) return unread;
    // A screen is read once, when all of it is there.
    mustGoThroughAgain = false;
    waiting = unread.value.filter(({ hasEnded, isInTerminal }) => hasEnded || !isInTerminal);
    return ok('more');
  }

  /** `read` when there is no more of it now. */
  function readSome(session: UnreadSession): Result<'more' | 'read', Failure> {
    const passages = passagesOf(session);
    const lines = passages.ok ? passages.value.next(stepBytes, session) : passages;
    if (!lines.ok) {
      forget(nameOf(session));
      if (lines.failure.reason !== 'recording-unreadable') return lines;
      const dropped = indexer.dropLines(session.sessionId);
      return dropped.ok ? ok('read') : dropped;
    }
    if (lines.value === undefined) return ok('read');
    const { isAll } = lines.value;
    const added = indexer.addLines({ ...lines.value, session });
    const isStale = added.ok && added.value === 'stale';
    if (!added.ok || isStale || isAll) forget(nameOf(session));
    if (!added.ok) return added;
    mustGoThroughAgain ||= isStale;
    return ok(isStale || isAll ? 'read' : 'more');
  }

  function passagesOf(session: UnreadSession): Result<SessionPassages, Failure> {
    const name = nameOf(session);
    const known = open.get(name);
    if (known !== undefined) return ok(known);
    const [oldest] = open.keys();
    if (open.size >= mostOpen && oldest !== undefined) forget(oldest);
    const opened = openSessionPassages(paths.recordings, session);
    if (opened.ok) open.set(name, opened.value);
    return opened;
  }

  function forget(name: string): void {
    open.get(name)?.close();
    open.delete(name);
  }

  return {
    step,
    lag: () => indexer.lag(),
    close() {
      for (const passages of open.values()) passages.close();
      indexer.close();
    },
  };
}

const nameOf = ({ key, sessionId }: UnreadSession) => `${key} ${sessionId}`;

/** Of sessions, and of recordings, that are there no more. */
function dropDeleted(indexer: SearchIndexer, paths: Pick<Paths, 'recordings'>): Result<void, Failure> {
  const kept = indexer.dropDeleted();
  if (!kept.ok) return kept;
  for (const sessionId of kept.value) {
    if (isRecorded(recordingFolder(paths.recordings, sessionId).streams.stdout)) continue;
    const dropped = indexer.dropLines(sessionId);
    if (!dropped.ok) return dropped;
  }
  return ok(undefined);
}
