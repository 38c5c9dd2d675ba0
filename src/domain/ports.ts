import type { AdvancedQuery, AnswerRow } from './advanced-query.ts';
import type { Batch, Checkpoint } from './batch.ts';
import type { Failure } from './failure.ts';
import type { EventType, RiskLevel } from './pattern.ts';
import type { Result } from './result.ts';
import type { CodeBlockRow, EventRow, SessionRow, SessionSummary, SessionTotals, StateChangeRow } from './rows.ts';
import type { Session, SessionState } from './session.ts';
import type { Trend, TrendFilter } from './trend.ts';

/** The store as extraction sees it. Each call is one transaction; none of them throws for an expected failure. */
export interface EventStore {
  /** Adds the session's row, if it is not there yet, with the state `starting`. */
  addSession(session: Session): Result<void, Failure>;
  /** How far the session's committed batches reach; undefined for an unknown session. */
  checkpointOf(sessionId: string): Result<StoredProgress | undefined, Failure>;
  /**
   * Commits the batch's events, its state changes, its checkpoint and, with the last batch, the session's end and final state.
   * `stale` when the store's checkpoint is not `batch.from`, or the session has ended: somebody else extracts it.
   */
  commit(sessionId: string, batch: Batch): Result<'committed' | 'stale', Failure>;
  /** Ids of the sessions that have ended and are wholly extracted. */
  endedSessions(): Result<ReadonlySet<string>, Failure>;
  /** Tells the file from others, as long as it is there; undefined for one that was gone when it was opened. */
  readonly identity: string | undefined;
  /** False when the file was deleted, or another one has taken its place: what is committed then is lost. Throws the file system's error. */
  isCurrent(): boolean;
  /** Commits something that nobody will see, to find out whether it can be done: a number of the feed is left out. */
  tryOut(): Result<void, Failure>;
  close(): void;
}

export interface StoredProgress {
  readonly checkpoint: Checkpoint;
  /**
   * The latest moment of which the store has an event or a state, in microseconds since the session started;
   * 0 when it has none. What time alone brought about is new if it is later.
   */
  readonly timeUs: number;
  readonly ended: boolean;
}

/** Puts events that were extracted anew in the place of a session's old ones. One session at a time. */
export interface EventReplacer {
  /** Drops what was staged so far. `running` as with `replace`. */
  begin(sessionId: string): Result<'begun' | 'running', Failure>;
  /** Sets the session's next batch aside, on disk; nobody sees it yet. */
  commit(sessionId: string, batch: Batch): Result<'committed' | 'stale', Failure>;
  /**
   * Puts the staged batches, which reach from the start of the session to its end, in the place of all that is
   * stored of it, in one transaction. Ids of events only grow: those of the old ones are never given out again.
   * `running` when the session has not ended in the store: its wrapper, or a recovery, still writes it.
   */
  replace(session: Session): Result<'replaced' | 'running', Failure>;
  /** How many events of each pattern, by its id, the store has of the session. */
  countsByPattern(sessionId: string): Result<ReadonlyMap<string, number>, Failure>;
  close(): void;
}

export interface SessionFilter {
  /** Only sessions that have not ended. */
  readonly active?: boolean;
  readonly agent?: string;
  /** ISO 8601: started at or after. */
  readonly since?: string;
  /** ISO 8601: started before. */
  readonly until?: string;
  readonly limit: number;
}

export interface EventFilter {
  readonly session?: string;
  readonly agent?: string;
  readonly type?: EventType;
  readonly pattern?: string;
  readonly risk?: RiskLevel;
  /** ISO 8601: at or after. */
  readonly since?: string;
  /** ISO 8601: before. */
  readonly until?: string;
  readonly limit: number;
}

export interface CodeBlockFilter {
  readonly session?: string;
  readonly agent?: string;
  /** Case-insensitive; the empty word for blocks that name none. */
  readonly language?: string;
  readonly limit: number;
}

/** Sessions that ran at some moment within the range. */
export interface TimelineFilter {
  readonly agent?: string;
  /** ISO 8601: had not ended before. */
  readonly since?: string;
  /** ISO 8601: started before. */
  readonly until?: string;
  readonly limit: number;
}

/** One page of a longer list. */
export interface Page<Row> {
  readonly items: readonly Row[];
  /** How many pass the filter, on all pages; not counted further than {@link mostCounted}. */
  readonly total: number;
  /** False where there are more than `total`. */
  readonly totalIsExact: boolean;
  /** Give it as `cursor` for the next page; null on the last one. */
  readonly next: string | null;
}

/** How far a total is counted where no tally knows it. */
export const mostCounted = 10_000;

/** Where a page begins; without `cursor` it is the first. One that is none is a `usage` failure. */
export interface Paged {
  readonly cursor?: string;
}

/** The store as readers see it: command line and server. */
export interface SessionReader {
  /** The newest first. */
  sessions(filter: SessionFilter): Result<SessionRow[], Failure>;
  /** By id, unique prefix, `@last`, or `@N` (the N-th newest, `@1` is the last). Case-insensitive. */
  findSession(reference: string): Result<SessionRow, Failure>;
  /**
   * The newest `limit` that pass the filter, the oldest of them first.
   * Newest by id; by timestamp when the filter holds nothing but times.
   */
  events(filter: EventFilter): Result<EventRow[], Failure>;
  codeBlocks(filter: { session: string; language?: string }): Result<CodeBlockRow[], Failure>;
  summary(sessionId: string): Result<SessionSummary, Failure>;
  /** When the session's recording was pruned, ISO 8601; null when it was not. */
  recordingPrunedAt(sessionId: string): Result<string | null, Failure>;
  stateChanges(sessionId: string): Result<StateChangeRow[], Failure>;
  /**
   * One row per UTC day on which sessions started, the newest first: today and the days before it, `days` in all.
   * The events are those of the sessions that started on the day.
   */
  history(filter: { agent?: string; days: number }): Result<HistoryDay[], Failure>;
  statisticsByAgent(): Result<AgentStatistics[], Failure>;
  statisticsByPattern(filter: { agent?: string }): Result<PatternStatistics[], Failure>;
  /** The newest first. */
  sessionPage(filter: SessionFilter & Paged): Result<Page<SessionRow>, Failure>;
  /** The newest first: by id; by timestamp when the filter holds nothing but times. */
  eventPage(filter: EventFilter & Paged): Result<Page<EventRow>, Failure>;
  /** The newest first. */
  codeBlockPage(filter: CodeBlockFilter & Paged): Result<Page<CodeBlockRow>, Failure>;
  /** By their start, the newest first. */
  timelinePage(filter: TimelineFilter & Paged): Result<Page<TimelineRow>, Failure>;
  /** Undefined for an agent that never ran. */
  agentReport(agent: string): Result<AgentReport | undefined, Failure>;
  /** Undefined for a pattern that never matched. */
  patternReport(pattern: string): Result<PatternReport | undefined, Failure>;
  /** The query must be a valid one. */
  advanced(query: AdvancedQuery): Result<Page<AnswerRow>, Failure>;
  /** More than `mostBuckets` are a `usage` failure. */
  trends(filter: TrendFilter): Result<readonly Trend[], Failure>;
  close(): void;
}

export interface HistoryDay {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly sessions: number;
  readonly failed_sessions: number;
  readonly extraction_events: number;
}

export interface AgentStatistics {
  readonly agent_name: string;
  readonly sessions: number;
  readonly failed_sessions: number;
  readonly extraction_events: number;
  readonly error_events: number;
  readonly last_started_at: string;
}

export interface PatternStatistics {
  readonly pattern: string;
  readonly event_type: EventType;
  readonly risk_level: RiskLevel;
  readonly count: number;
  readonly sessions: number;
  readonly last_seen_at: string;
}

export interface TypeCount {
  readonly event_type: EventType;
  readonly count: number;
}

export interface RiskCount {
  readonly risk_level: RiskLevel;
  readonly count: number;
}

/** One session on a line of time. */
export interface TimelineRow {
  readonly agent_name: string;
  readonly session_id: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly state: SessionState;
  readonly exit_code: number | null;
  readonly extraction_events: number;
  /** The most frequent first. */
  readonly by_type: readonly TypeCount[];
}

/** What all sessions of one agent amount to. */
export interface AgentReport {
  readonly agent_name: string;
  readonly sessions: number;
  readonly running_sessions: number;
  readonly failed_sessions: number;
  /** Of the sessions that ended the share that did not fail, 0 to 1; null before the first one ended. */
  readonly success_rate: number | null;
  readonly extraction_events: number;
  readonly by_type: readonly TypeCount[];
  readonly by_risk: readonly RiskCount[];
  readonly totals: SessionTotals;
  /** Of the sessions that ended, in milliseconds; null before the first one did. */
  readonly durations_ms: {
    readonly total: number;
    readonly mean: number;
    readonly median: number;
    readonly longest: number;
  } | null;
  readonly first_started_at: string;
  readonly last_started_at: string;
}

/** What one pattern, by its id, has found. */
export interface PatternReport {
  readonly pattern: string;
  readonly count: number;
  readonly sessions: number;
  readonly last_seen_at: string;
  readonly by_type: readonly TypeCount[];
  readonly by_risk: readonly RiskCount[];
  readonly by_agent: readonly {
    readonly agent_name: string;
    readonly count: number;
    readonly sessions: number;
    readonly last_seen_at: string;
  }[];
}
