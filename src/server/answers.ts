import { z } from '@hono/zod-openapi';
import { streams } from '../domain/chunk.ts';
import { eventTypes, riskLevels } from '../domain/pattern.ts';
import type { AgentReport, AgentStatistics, PatternReport, TimelineRow } from '../domain/ports.ts';
import type {
  CodeBlockRow,
  EventRow,
  SessionRow,
  SessionSummary,
  SessionTotals,
  StateChangeRow,
} from '../domain/rows.ts';
import { type SearchHit, searchKinds, type SearchLag } from '../domain/search.ts';
import { sessionStates } from '../domain/session.ts';
import type { Trend } from '../domain/trend.ts';
import type { ScreenAnswer } from './queries.ts';

/*
 * What requests are answered with, for the OpenAPI document. The compiler
 * holds each against the type that is sent.
 */

const count = z.int().min(0);
const text = z.string();
const textOrNull = z.string().nullable();
const numberOrNull = z.number().nullable();
const eventType = z.enum(eventTypes);
const riskLevel = z.enum(riskLevels);
const state = z.enum(sessionStates);
const bit = z.union([z.literal(0), z.literal(1)]);
const byType = z.array(z.object({ event_type: eventType, count })).readonly();
const byRisk = z.array(z.object({ risk_level: riskLevel, count })).readonly();

export const problemAnswer = z
  .object({ error: z.object({ code: text, message: text, field: text.optional(), lease: z.unknown().optional() }) })
  .openapi('Error');

export const sessionRow: z.ZodType<SessionRow> = z
  .object({
    id: count,
    agent_name: text,
    session_id: text,
    environment: text,
    started_at: text,
    ended_at: textOrNull,
    exit_code: numberOrNull,
    exit_signal: textOrNull,
    total_lines_processed: count,
    total_extraction_events: count,
    total_feedback_outcomes: count,
    stdout_log_path: text,
    stderr_log_path: textOrNull,
    extraction_config_version: text,
    environment_config_version: text,
    command_json: text,
    working_directory: text,
    git_branch: textOrNull,
    git_commit: textOrNull,
    host: text,
    pid: count,
    mode: text,
    parent_session_id: textOrNull,
    imported_json: textOrNull,
    lease_name: textOrNull,
    checkpoint_stdout: count,
    checkpoint_stderr: count,
    gap_bytes: count,
    state,
  })
  .openapi('Session');

export const eventRow: z.ZodType<EventRow> = z
  .object({
    id: count,
    agent_name: text,
    session_id: text,
    timestamp: text,
    event_type: eventType,
    pattern: text,
    matched_value: text,
    original_line: text,
    line_number: count,
    metadata_json: textOrNull,
    code_block_language: textOrNull,
    risk_level: riskLevel,
    auto_confirmable: bit,
    stream: z.enum(streams),
    byte_offset: count,
  })
  .openapi('Event');

export const codeBlockRow: z.ZodType<CodeBlockRow> = z
  .object({
    id: count,
    agent_name: text,
    session_id: text,
    timestamp: text,
    language: text,
    content: text,
    line_start: count,
    line_end: z.int(),
    context_json: textOrNull,
    parseable: bit,
    digest: text,
  })
  .openapi('CodeBlock');

const stateChangeRow: z.ZodType<StateChangeRow> = z.object({
  id: count,
  agent_name: text,
  session_id: text,
  timestamp: text,
  state,
  exit_code: numberOrNull,
  metadata_json: textOrNull,
});

const totals: z.ZodType<SessionTotals> = z.object({
  input_tokens: numberOrNull,
  output_tokens: numberOrNull,
  cached_tokens: numberOrNull,
  reasoning_tokens: numberOrNull,
  tokens: numberOrNull,
  cost_usd: numberOrNull,
  tool_calls: count,
  turns: numberOrNull,
});

export const sessionSummary: z.ZodType<SessionSummary> = z
  .object({
    session: sessionRow,
    countsByType: byType,
    countsByRisk: byRisk,
    lastErrors: z.array(eventRow),
    risks: z.array(eventRow),
    filesTouched: z.array(text),
    totals,
    codeBlocks: count,
    recordingPrunedAt: textOrNull,
    states: z.array(stateChangeRow),
    redactions: z.array(z.object({ rule: text, count })),
  })
  .openapi('SessionSummary');

export const timelineRow: z.ZodType<TimelineRow> = z
  .object({
    agent_name: text,
    session_id: text,
    started_at: text,
    ended_at: textOrNull,
    state,
    exit_code: numberOrNull,
    extraction_events: count,
    by_type: byType,
  })
  .openapi('TimelineSession');

export const agentRow: z.ZodType<AgentStatistics> = z
  .object({
    agent_name: text,
    sessions: count,
    failed_sessions: count,
    extraction_events: count,
    error_events: count,
    last_started_at: text,
  })
  .openapi('Agent');

export const agentReport: z.ZodType<AgentReport> = z
  .object({
    agent_name: text,
    sessions: count,
    running_sessions: count,
    failed_sessions: count,
    success_rate: numberOrNull,
    extraction_events: count,
    by_type: byType,
    by_risk: byRisk,
    totals,
    durations_ms: z.object({ total: z.number(), mean: z.number(), median: z.number(), longest: z.number() }).nullable(),
    first_started_at: text,
    last_started_at: text,
  })
  .openapi('AgentReport');

export const patternReport: z.ZodType<PatternReport> = z
  .object({
    pattern: text,
    count,
    sessions: count,
    last_seen_at: text,
    by_type: byType,
    by_risk: byRisk,
    by_agent: z.array(z.object({ agent_name: text, count, sessions: count, last_seen_at: text })),
  })
  .openapi('PatternReport');

export const screenAnswer: z.ZodType<ScreenAnswer> = z
  .object({
    session_id: text,
    columns: count,
    rows: count,
    cursor: z.object({ column: count, row: count }),
    lines: z.array(text),
  })
  .openapi('Screen');

/** A piece of a recording. */
export interface LogAnswer {
  readonly session_id: string;
  readonly stream: 'stdout' | 'stderr';
  /** Offset of the first byte, and behind the last one. */
  readonly from: number;
  readonly to: number;
  readonly recorded_bytes: number;
  /** Without escape sequences. */
  readonly text: string;
  /** Where the rest begins; null where there is none now. */
  readonly next: number | null;
}

export const logAnswer: z.ZodType<LogAnswer> = z
  .object({
    session_id: text,
    stream: z.enum(streams),
    from: count,
    to: count,
    recorded_bytes: count,
    text,
    next: count.nullable(),
  })
  .openapi('Log');

export const trend: z.ZodType<Trend> = z
  .object({
    key: textOrNull,
    total: z.number(),
    points: z.array(
      z.object({
        start: text,
        value: z.number(),
        mean: numberOrNull,
        deviation: numberOrNull,
        anomaly: z.boolean(),
      }),
    ),
  })
  .openapi('Trend');

const searchLag: z.ZodType<SearchLag> = z.object({ events: count, sessions: count, bytes: count }).openapi('SearchLag');

const searchHit: z.ZodType<SearchHit> = z
  .object({
    kind: z.enum(searchKinds),
    agent_name: text,
    session_id: text,
    timestamp: text,
    stream: z.enum(streams),
    line_number: count,
    byte_offset: count,
    event_id: count.nullable(),
    event_type: eventType.nullable(),
    pattern: textOrNull,
    risk_level: riskLevel.nullable(),
    fragments: z.array(z.object({ text, match: z.boolean() })),
  })
  .openapi('SearchHit');

/** What the server says of itself. */
export interface Health {
  readonly status: 'ok';
  readonly version: string;
  readonly started_at: string;
  readonly pid: number;
  /** Where the feed is. */
  readonly cursor: number;
  /** Who follows it. */
  readonly subscribers: number;
  /** What full text search does not find yet; null where that is not known. */
  readonly search_lag: SearchLag | null;
}

export const health: z.ZodType<Health> = z
  .object({
    status: z.literal('ok'),
    version: text,
    started_at: text,
    pid: count,
    cursor: count,
    subscribers: count,
    search_lag: searchLag.nullable(),
  })
  .openapi('Health');

export const listOf = (row: z.ZodType) => z.object({ items: z.array(row), total: count, next: textOrNull });

export const pageOf = (row: z.ZodType) =>
  z.object({
    items: z.array(row),
    total: count,
    total_is_exact: z.boolean(),
    next: textOrNull,
  });

export const searchPage = pageOf(searchHit).extend({ lag: searchLag });
