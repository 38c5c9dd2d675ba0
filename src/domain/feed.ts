import type { Failure } from './failure.ts';
import type { EventType, RiskLevel } from './pattern.ts';
import type { Result } from './result.ts';
import type { EventRow, GapRow, ReindexRow, SessionRow, StateChangeRow } from './rows.ts';

/**
 * A place in the feed: behind the entry with this number. A whole number that only grows, 0 before all of them.
 * Numbers are given out in the order of commits; some are never seen, because what had them is gone.
 */
export type Cursor = number;

/** What a subscriber may choose from. */
export const feedKinds = ['extraction', 'state', 'complete'] as const;
export type FeedKind = (typeof feedKinds)[number];

/** What can be followed: also lines of running sessions, which the feed does not keep. */
export const followedKinds = [...feedKinds, 'log'] as const;
export type FollowedKind = (typeof followedKinds)[number];

/**
 * One entry of the feed; no two have the same cursor.
 *
 * `complete` follows the session's last events and its final state. `reindex` tells that the session was extracted
 * anew: all that was told of it before is void but that it started, and what follows is the session once more.
 * `gap` tells of bytes that could not be recorded, from which nothing can be told.
 */
export type FeedEntry =
  | { readonly kind: 'extraction'; readonly cursor: Cursor; readonly row: EventRow }
  | { readonly kind: 'state'; readonly cursor: Cursor; readonly row: StateChangeRow }
  | { readonly kind: 'complete'; readonly cursor: Cursor; readonly row: SessionRow }
  | { readonly kind: 'gap'; readonly cursor: Cursor; readonly row: GapRow }
  | { readonly kind: 'reindex'; readonly cursor: Cursor; readonly row: ReindexRow };

/**
 * What passes. All that is given must hold; `type`, `pattern` and `risk` are asked of events only, so that states
 * and ends are left out by `kinds` alone. Gaps and reindex marks pass for the agent and the session whatever the
 * rest says: what the subscriber has is not all, or void.
 */
export interface FeedFilter {
  readonly agent?: string;
  /** A whole session id. */
  readonly session?: string;
  readonly type?: EventType;
  readonly pattern?: string;
  readonly risk?: RiskLevel;
  /** All of them when absent. */
  readonly kinds?: readonly FeedKind[];
}

export interface FeedPage {
  /** In the order of their cursors. */
  readonly entries: readonly FeedEntry[];
  /** Read on from here. At least the last entry's cursor; it also moves past what the filter leaves out. */
  readonly cursor: Cursor;
}

/**
 * The feed, read from the store. Each call is one short transaction. The database may appear, or be replaced by a
 * rebuilt one, while the feed is open.
 */
export interface FeedReader {
  /** The cursor behind all that is committed. Nearly free while nobody commits: ask it as often as you like. */
  latest(): Result<Cursor, Failure>;
  /**
   * Up to `limit` entries, at least 1, behind `after`. It looks at a bounded number of entries, so with a filter it may find none
   * though there are some: read on from the page's cursor until that is `latest()`.
   * `cursor-ahead` when the feed does not reach up to `after`: the database was rebuilt, and its feed begins anew.
   */
  read(request: {
    readonly after: Cursor;
    readonly filter: FeedFilter;
    readonly limit: number;
  }): Result<FeedPage, Failure>;
  /** The last `limit` entries that pass; the cursor is that of the whole feed's end. */
  newest(request: { readonly filter: FeedFilter; readonly limit: number }): Result<FeedPage, Failure>;
  /**
   * Before the first entry that is not older than `time` (ISO 8601); the feed's end when there is none.
   * Some behind it may be older: what was imported later, for one.
   */
  cursorAt(time: string): Result<Cursor, Failure>;
  close(): void;
}

/** An entry as JSON: on the wire, and a line of `ridealong tail --json`. The columns' names are those of the rows. */
export type FeedMessage = {
  readonly type: FeedEntry['kind'];
  readonly timestamp: string;
  readonly agent: string;
  readonly session_id: string;
  readonly cursor: Cursor;
} & (EventRow | StateChangeRow | SessionRow | GapRow | ReindexRow);

export function messageOf(entry: FeedEntry): FeedMessage {
  const { kind, cursor, row } = entry;
  const head = { type: kind, timestamp: timeOf(entry), agent: row.agent_name, session_id: row.session_id, cursor };
  // A spread of two objects takes forty times as long, and this is done for each event that goes out.
  return Object.assign(head, row);
}

/** When it happened; of a session, when it ended. ISO 8601. */
export function timeOf({ row }: FeedEntry): string {
  return 'timestamp' in row ? row.timestamp : (row.ended_at ?? row.started_at);
}
