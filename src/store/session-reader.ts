import type Database from 'better-sqlite3';
import type { AdvancedQuery, AnswerRow } from '../domain/advanced-query.ts';
import type { Failure } from '../domain/failure.ts';
import type {
  AgentReport,
  AgentStatistics,
  CodeBlockFilter,
  EventFilter,
  HistoryDay,
  Page,
  Paged,
  PatternReport,
  PatternStatistics,
  SessionFilter,
  SessionReader,
  TimelineFilter,
  TimelineRow,
} from '../domain/ports.ts';
import { ok, type Result } from '../domain/result.ts';
import type { CodeBlockRow, EventRow, SessionRow, SessionSummary, StateChangeRow } from '../domain/rows.ts';
import type { Trend, TrendFilter } from '../domain/trend.ts';
import { answerOf } from './advanced/answer.ts';
import { attempt } from './database-failure.ts';
import { EventQueries } from './event-queries.ts';
import { type Place, pageOf, placeOf } from './page.ts';
import { ReportQueries } from './report-queries.ts';
import { SessionQueries } from './session-queries.ts';
import { StatisticsQueries } from './statistics-queries.ts';
import { SummaryQueries } from './summary-queries.ts';
import { type TimeRange, timeRange } from './time-range.ts';
import { trendsIn } from './trend-queries.ts';

/** The store as readers see it, over an open database, which it closes. Each answer is of one moment. */
export class SqliteSessionReader implements SessionReader {
  readonly #database: Database.Database;
  readonly #path: string;
  readonly #sessions: SessionQueries;
  readonly #events: EventQueries;
  readonly #summaries: SummaryQueries;
  readonly #statistics: StatisticsQueries;
  readonly #reports: ReportQueries;

  constructor(database: Database.Database, path: string) {
    this.#database = database;
    this.#path = path;
    this.#sessions = new SessionQueries(database);
    this.#events = new EventQueries(database);
    this.#summaries = new SummaryQueries(database, this.#events);
    this.#statistics = new StatisticsQueries(database);
    this.#reports = new ReportQueries(database, this.#summaries);
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
      const summary = this.#summaries.summary(session.value, this.#sessions.stateChanges(sessionId));
      return ok({ ...summary, recordingPrunedAt: this.#sessions.recordingPrunedAt(sessionId) });
    });
  }

  recordingPrunedAt(sessionId: string): Result<string | null, Failure> {
    return this.#read(() => ok(this.#sessions.recordingPrunedAt(sessionId)));
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

  sessionPage(filter: SessionFilter & Paged): Result<Page<SessionRow>, Failure> {
    return this.#page(filter, (time, before) => {
      const rows = this.#sessions.list(oneMore(filter), time, before);
      return pageOf(rows, filter.limit, startOf, { total: this.#sessions.count(filter, time) });
    });
  }

  eventPage(filter: EventFilter & Paged): Result<Page<EventRow>, Failure> {
    return this.#page(filter, (time, before) => {
      const rows = this.#events.newestFirst(oneMore(filter), time, before);
      return pageOf(rows, filter.limit, ({ timestamp }) => timestamp, this.#events.count(filter, time));
    });
  }

  codeBlockPage(filter: CodeBlockFilter & Paged): Result<Page<CodeBlockRow>, Failure> {
    return this.#page(filter, (_time, before) => {
      const rows = this.#sessions.blockPage(oneMore(filter), before);
      return pageOf(rows, filter.limit, ({ timestamp }) => timestamp, { total: this.#sessions.countBlocks(filter) });
    });
  }

  timelinePage(filter: TimelineFilter & Paged): Result<Page<TimelineRow>, Failure> {
    return this.#page(filter, (time, before) => {
      const rows = this.#sessions.listRan(oneMore(filter), time, before);
      const page = pageOf(rows, filter.limit, startOf, { total: this.#sessions.countRan(filter, time) });
      return { ...page, items: this.#reports.timeline(page.items) };
    });
  }

  agentReport(agent: string): Result<AgentReport | undefined, Failure> {
    return this.#read(() => ok(this.#reports.agent(agent)));
  }

  patternReport(pattern: string): Result<PatternReport | undefined, Failure> {
    return this.#read(() => ok(this.#reports.pattern(pattern)));
  }

  advanced(query: AdvancedQuery): Result<Page<AnswerRow>, Failure> {
    return this.#read(() => answerOf(this.#database, query));
  }

  trends(filter: TrendFilter): Result<readonly Trend[], Failure> {
    return this.#read(() => {
      const time = timeRange(filter);
      return time.ok ? trendsIn(this.#database, filter, time.value) : time;
    });
  }

  close(): void {
    this.#database.close();
  }

  #page<Row>(
    filter: Paged & { readonly since?: string; readonly until?: string },
    query: (time: TimeRange | undefined, before: Place | undefined) => Page<Row>,
  ): Result<Page<Row>, Failure> {
    return this.#read(() => {
      const time = timeRange(filter);
      if (!time.ok) return time;
      const before = placeOf(filter.cursor);
      return before.ok ? ok(query(time.value, before.value)) : before;
    });
  }

  /** One transaction, because an answer may take several statements. */
  #read<Value>(query: () => Result<Value, Failure>): Result<Value, Failure> {
    return attempt(this.#path, () => this.#database.transaction(query).deferred());
  }
}

/** To see whether there are more than asked for. */
function oneMore<Filter extends { readonly limit: number }>(filter: Filter): Filter {
  return { ...filter, limit: filter.limit + 1 };
}

function startOf(session: SessionRow): string {
  return session.started_at;
}
