/*
 * Queries that a program puts together itself. Names of fields are the
 * columns' names of the rows; `metadata.` and a name is that field of the
 * metadata, dots in it included: `metadata.gen_ai.usage.input_tokens`.
 */

export const querySources = ['sessions', 'events', 'code_blocks', 'state_changes'] as const;
export type QuerySource = (typeof querySources)[number];

/** Times are ISO 8601; of metadata only the row knows what it is. */
export type FieldType = 'text' | 'number' | 'time' | 'any';

const common = { id: 'number', agent_name: 'text', session_id: 'text' } as const;

/** What may be asked of each source, in the order in which it is answered. */
export const queryFields = {
  sessions: {
    ...common,
    environment: 'text',
    started_at: 'time',
    ended_at: 'time',
    exit_code: 'number',
    exit_signal: 'text',
    total_lines_processed: 'number',
    total_extraction_events: 'number',
    command_json: 'text',
    working_directory: 'text',
    git_branch: 'text',
    git_commit: 'text',
    host: 'text',
    pid: 'number',
    mode: 'text',
    parent_session_id: 'text',
    lease_name: 'text',
    gap_bytes: 'number',
    state: 'text',
    /** From start to end; null while it runs. */
    duration_ms: 'number',
  },
  events: {
    ...common,
    timestamp: 'time',
    event_type: 'text',
    pattern: 'text',
    matched_value: 'text',
    original_line: 'text',
    line_number: 'number',
    metadata_json: 'text',
    code_block_language: 'text',
    risk_level: 'text',
    auto_confirmable: 'number',
    stream: 'text',
    byte_offset: 'number',
  },
  code_blocks: {
    ...common,
    timestamp: 'time',
    language: 'text',
    content: 'text',
    line_start: 'number',
    line_end: 'number',
    context_json: 'text',
    parseable: 'number',
    digest: 'text',
  },
  state_changes: {
    ...common,
    timestamp: 'time',
    state: 'text',
    exit_code: 'number',
    metadata_json: 'text',
  },
} as const satisfies Record<QuerySource, Record<string, FieldType>>;

export const metadataPrefix = 'metadata.';
/** Of a field of the metadata. */
const metadataName = /^metadata\.[A-Za-z0-9_.:-]{1,100}$/;

/** Undefined for a field that the source does not have. */
export function fieldTypeOf(source: QuerySource, field: string): FieldType | undefined {
  const fields: Readonly<Record<string, FieldType>> = queryFields[source];
  if (Object.hasOwn(fields, field)) return fields[field];
  return source !== 'sessions' && metadataName.test(field) ? 'any' : undefined;
}

export const comparisons = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const;
export type Comparison = (typeof comparisons)[number];

export type QueryValue = string | number | boolean;

/** What must hold of a row. `ne` holds where there is no value, too. */
export type Condition =
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] }
  | { readonly field: string; readonly op: Comparison; readonly value: QueryValue }
  /** `%` for anything, `_` for any one character; ASCII letters in either case. */
  | { readonly field: string; readonly op: 'like'; readonly value: string }
  | { readonly field: string; readonly op: 'in'; readonly value: readonly QueryValue[] }
  | { readonly field: string; readonly op: 'between'; readonly value: readonly [QueryValue, QueryValue] }
  | { readonly field: string; readonly op: 'isnull' | 'isnotnull' };

/** The widths of a date histogram's buckets. All begin in UTC, weeks on Mondays. */
export const bucketWidths = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type BucketWidth = (typeof bucketWidths)[number];

/** Rows with the same value are one group; of a time, those in the same bucket. */
export type GroupKey = string | { readonly field: string; readonly every: BucketWidth };

export const aggregateNames = ['count', 'distinct', 'sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99'] as const;
export type AggregateName = (typeof aggregateNames)[number];

export interface Aggregate {
  readonly fn: AggregateName;
  /** `count` counts rows without one, and with one those that have a value. */
  readonly field?: string;
  /** What it is called in the answer: `count`, or `sum_duration_ms`, when absent. */
  readonly as?: string;
}

export interface AdvancedQuery {
  readonly from: QuerySource;
  readonly where?: Condition;
  /** Fields of the rows; all when absent. Not with groups or aggregates. */
  readonly select?: readonly string[];
  readonly group_by?: readonly GroupKey[];
  /** Of each group; of all rows where there is no `group_by`. A count where there are groups and it is absent. */
  readonly aggregates?: readonly Aggregate[];
  /** By what is in the answer. Rows are the newest first when absent, groups in the order of what they are grouped by. */
  readonly order_by?: readonly { readonly by: string; readonly direction?: 'asc' | 'desc' }[];
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** What an answer's columns are called. */
export function groupName(key: GroupKey): string {
  return typeof key === 'string' ? key : key.field;
}

export function aggregateName({ fn, field, as }: Aggregate): string {
  return as ?? (field === undefined ? fn : `${fn}_${field}`);
}

export type AnswerRow = Readonly<Record<string, string | number | null>>;
