import type { Checkpoint } from './batch.ts';
import type { Stream } from './chunk.ts';
import type { Failure } from './failure.ts';
import type { EventType, RiskLevel } from './pattern.ts';
import type { Page, Paged } from './ports.ts';
import type { Result } from './result.ts';

/** What is searched: the lines of events, code blocks, and all lines that were recorded. */
export const searchKinds = ['event', 'code', 'line'] as const;
export type SearchKind = (typeof searchKinds)[number];

export interface SearchFilter {
  /** Words that must all be there; `"several words"` one behind the other; `begin*` for words that begin so. */
  readonly query: string;
  /** All of them when absent. */
  readonly kinds?: readonly SearchKind[];
  readonly agent?: string;
  /** A whole session id. */
  readonly session?: string;
  /** Only events of this type. */
  readonly type?: EventType;
  /** ISO 8601: at or after. */
  readonly since?: string;
  /** ISO 8601: before. */
  readonly until?: string;
  readonly limit: number;
}

/** A piece of text, and whether it is what was searched for. */
export interface Fragment {
  readonly text: string;
  readonly match: boolean;
}

/** A place where it was found. */
export interface SearchHit {
  readonly kind: SearchKind;
  readonly agent_name: string;
  readonly session_id: string;
  /** Of a line when it was read, to a second. */
  readonly timestamp: string;
  readonly stream: Stream;
  /** Of a code block its first line. */
  readonly line_number: number;
  /** Offset of the line's first byte in the recording of the stream. */
  readonly byte_offset: number;
  /** Null for a line. */
  readonly event_id: number | null;
  readonly event_type: EventType | null;
  readonly pattern: string | null;
  readonly risk_level: RiskLevel | null;
  /** The text around the best match; joined they are the excerpt. */
  readonly fragments: readonly Fragment[];
}

/** What is not in the index yet. */
export interface SearchLag {
  readonly events: number;
  /** Sessions with lines that are not in the index. */
  readonly sessions: number;
  /** Of their recordings. */
  readonly bytes: number;
}

/**
 * The best first, by BM25 among the newest that match; `total` counts those. It is exact where these are all, and
 * they are where a query is not very common.
 */
export type SearchPage = Page<SearchHit> & { readonly lag: SearchLag };

export interface SearchReader {
  /** A query that cannot be understood is a `usage` failure. */
  search(filter: SearchFilter & Paged): Result<SearchPage, Failure>;
  searchLag(): Result<SearchLag, Failure>;
  close(): void;
}

/** Lines that follow one another in a recording. */
export interface Passage {
  readonly stream: Stream;
  /** Number of the first of its lines. */
  readonly firstLine: number;
  /** Microseconds since the session started. */
  readonly timeUs: number;
  /** True when the lines stand in the recording just so, from the first one's offset on. */
  readonly isVerbatim: boolean;
  readonly lines: readonly { readonly text: string; readonly offset: number }[];
  /** Offset in the recording behind the last line. */
  readonly endOffset: number;
}

/** A session whose recording is not, or not wholly, in the index. */
export interface UnreadSession {
  readonly key: number;
  readonly sessionId: string;
  /** Whether the recording is complete. */
  readonly hasEnded: boolean;
  readonly isInTerminal: boolean;
  /** How far it is extracted. What lies behind that may hold secrets that are not masked yet, while the session runs. */
  readonly checkpoint: Checkpoint;
  /** How many of its lines are in the index: the first ones. */
  readonly lines: number;
}

/** What is added of a session. */
export interface ReadLines {
  readonly session: UnreadSession;
  /** How many of its lines were in the index before. */
  readonly from: number;
  readonly passages: readonly Passage[];
  /** Up to where the recording was read, its streams together, in bytes. */
  readonly bytes: number;
  /** The session has ended, and these are its last lines. */
  readonly isAll: boolean;
}

/** The index as those see it who fill it. Each call is one short transaction, however many do it at a time. */
export interface SearchIndexer {
  /** Whether the store has changed since {@link SearchIndexer.unread} was asked. Nearly free. */
  hasNews(): Result<boolean, Failure>;
  /** Takes up the next events and code blocks, and drops what was extracted anew since. */
  indexEvents(): Result<'more' | 'all', Failure>;
  /** Drops the sessions that are no longer in the store. @returns those that have lines in the index */
  dropDeleted(): Result<readonly string[], Failure>;
  /** The lines of a session whose recording was deleted. They are not looked for again. */
  dropLines(sessionId: string): Result<void, Failure>;
  /** The newest first. */
  unread(): Result<readonly UnreadSession[], Failure>;
  /** `stale` when the index does not have as many lines as `from`: somebody else was faster, or dropped them. */
  addLines(read: ReadLines): Result<'added' | 'stale', Failure>;
  lag(): Result<SearchLag, Failure>;
  close(): void;
}
