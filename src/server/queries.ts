import type { Failure } from '../domain/failure.ts';
import type { SessionReader } from '../domain/ports.ts';
import type { Landing, ReplayKind, SeekTarget, TimelineHead, TimelinePage, TimelinePlace } from '../domain/replay.ts';
import type { Result } from '../domain/result.ts';
import type { SearchReader } from '../domain/search.ts';
import type { Problem } from './problem.ts';

/** A session's terminal at one moment. */
export interface ScreenAnswer {
  readonly session_id: string;
  readonly columns: number;
  readonly rows: number;
  readonly cursor: { readonly column: number; readonly row: number };
  /** One for each row. */
  readonly lines: readonly string[];
}

/** What may take long, and is therefore asked in a thread of its own. */
export type Queries = Pick<
  SessionReader,
  | 'sessionPage'
  | 'eventPage'
  | 'codeBlockPage'
  | 'timelinePage'
  | 'agentReport'
  | 'patternReport'
  | 'statisticsByAgent'
  | 'summary'
  | 'advanced'
  | 'trends'
> &
  Pick<SearchReader, 'search'> & {
    /** @param at.ms after the session's start; now, or its end, when absent */
    screen(at: { readonly session: string; readonly ms?: number }): Promise<Result<ScreenAnswer, Failure>>;
    /** Of a session's timeline. */
    replayHead(session: string): Result<TimelineHead, Failure>;
    replayPage(request: {
      readonly session: string;
      readonly place: TimelinePlace;
      readonly kinds: readonly ReplayKind[];
    }): Promise<Result<TimelinePage, Failure>>;
    replaySeek(request: { readonly session: string; readonly target: SeekTarget }): Promise<Result<Landing, Failure>>;
  };

export type QueryName = keyof Queries;
export type QueryInput<Name extends QueryName> = Parameters<Queries[Name]>[0];
export type QueryAnswer<Name extends QueryName> =
  Awaited<ReturnType<Queries[Name]>> extends Result<infer Value, Failure> ? Value : never;

/** Asks one of the queries; it never throws and never waits longer than is promised. */
export type Ask = <Name extends QueryName>(
  name: Name,
  input: QueryInput<Name>,
) => Promise<Result<QueryAnswer<Name>, Problem>>;

/** To the thread, and what it answers. */
export interface QueryMessage {
  readonly id: number;
  readonly name: QueryName;
  readonly input: unknown;
}
export interface AnswerMessage {
  readonly id: number;
  /** Undefined when there is a bug. */
  readonly result?: Result<unknown, Failure>;
}
