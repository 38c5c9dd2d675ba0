import type { Batch, Checkpoint } from './batch.ts';
import type { Failure } from './failure.ts';
import type { EventType, RiskLevel } from './pattern.ts';
import type { Result } from './result.ts';
import type { CodeBlockRow, EventRow, SessionRow, SessionSummary, StateChangeRow } from './rows.ts';
import type { Session } from './session.ts';

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
  stateChanges(sessionId: string): Result<StateChangeRow[], Failure>;
  /**
   * One row per UTC day on which sessions started, the newest first: today and the days before it, `days` in all.
   * The events are those of the sessions that started on the day.
   */
  history(filter: { agent?: string; days: number }): Result<HistoryDay[], Failure>;
  statisticsByAgent(): Result<AgentStatistics[], Failure>;
  statisticsByPattern(filter: { agent?: string }): Result<PatternStatistics[], Failure>;
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
