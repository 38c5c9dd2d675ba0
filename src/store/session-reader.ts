import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import type {
  AgentStatistics,
  EventFilter,
  HistoryDay,
  PatternStatistics,
  SessionFilter,
  SessionReader,
} from '../domain/ports.ts';
import { ok, type Result } from '../domain/result.ts';
import type { CodeBlockRow, EventRow, SessionRow, SessionSummary, StateChangeRow } from '../domain/rows.ts';
import { attempt } from './database-failure.ts';
import { EventQueries } from './event-queries.ts';
import { SessionQueries } from './session-queries.ts';
import { StatisticsQueries } from './statistics-queries.ts';
import { SummaryQueries } from './summary-queries.ts';
import { timeRange } from './time-range.ts';

/** The store as readers see it, over an open database, which it closes. Each answer is of one moment. */
export class SqliteSessionReader implements SessionReader {
  readonly #database: Database.Database;
  readonly #path: string;
  readonly #sessions: SessionQueries;
  readonly #events: EventQueries;
  readonly #summaries: SummaryQueries;
  readonly #statistics: StatisticsQueries;

  constructor(database: Database.Database, path: string) {
    this.#database = database;
    this.#path = path;
    this.#sessions = new SessionQueries(database);
    this.#events = new EventQueries(database);
    this.#summaries = new SummaryQueries(database, this.#events);
    this.#statistics = new StatisticsQueries(database);
  }

  sessions(filter: SessionFilter): Result<SessionRow[], Failure> {
    return this.#read(() => {
      const time = timeRange(filter);
      return time.ok ? ok(this.#sessions.list(filter, time.value)) : time;
    });
  }

  findSession(reference: string): Result<SessionRow, Failure> {
    return this.#read(() => this.#sessions.byReference(reference));
  }

  events(filter: EventFilter): Result<EventRow[], Failure> {
    return this.#read(() => {
      const time = timeRange(filter);
      return time.ok ? ok(this.#events.find(filter, time.value)) : time;
    });
  }

  codeBlocks(filter: { session: string; language?: string }): Result<CodeBlockRow[], Failure> {
    return this.#read(() => ok(this.#sessions.codeBlocks(filter.session, filter.language)));
  }

  summary(sessionId: string): Result<SessionSummary, Failure> {
    return this.#read(() => {
      const session = this.#sessions.byId(sessionId);
      if (!session.ok) return session;
      return ok(this.#summaries.summary(session.value, this.#sessions.stateChanges(sessionId)));
    });
  }

  stateChanges(sessionId: string): Result<StateChangeRow[], Failure> {
    return this.#read(() => ok(this.#sessions.stateChanges(sessionId)));
  }

  history(filter: { agent?: string; days: number }): Result<HistoryDay[], Failure> {
    return this.#read(() => ok(this.#statistics.history(filter.days, filter.agent)));
  }

  statisticsByAgent(): Result<AgentStatistics[], Failure> {
    return this.#read(() => ok(this.#statistics.byAgent()));
  }

  statisticsByPattern(filter: { agent?: string }): Result<PatternStatistics[], Failure> {
    return this.#read(() => ok(this.#statistics.byPattern(filter.agent)));
  }

  close(): void {
    this.#database.close();
  }

  /** One transaction, because an answer may take several statements. */
  #read<Value>(query: () => Result<Value, Failure>): Result<Value, Failure> {
    return attempt(this.#path, () => this.#database.transaction(query).deferred());
  }
}
