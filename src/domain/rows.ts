import type { Stream } from './chunk.ts';
import type { EventType, RiskLevel } from './pattern.ts';
import type { SessionState } from './session.ts';

/*
 * What the store gives back, by its columns' names; the same names stand in
 * `--json` output and on the wire. Timestamps are UTC, ISO 8601, with
 * milliseconds or better. Columns that end in `_json` hold JSON text.
 */

/** A row of `process_sessions`. */
export interface SessionRow {
  readonly id: number;
  readonly agent_name: string;
  /** A ULID. */
  readonly session_id: string;
  readonly environment: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  /** As a shell reads it: the exit code, or 128 + the signal's number. */
  readonly exit_code: number | null;
  /** Name of the signal that ended the child. */
  readonly exit_signal: string | null;
  readonly total_lines_processed: number;
  readonly total_extraction_events: number;
  readonly total_feedback_outcomes: number;
  readonly stdout_log_path: string;
  readonly stderr_log_path: string | null;
  /** Digests of the packs that extracted the session, as JSON. */
  readonly extraction_config_version: string;
  readonly environment_config_version: string;
  readonly command_json: string;
  readonly working_directory: string;
  readonly git_branch: string | null;
  readonly git_commit: string | null;
  readonly host: string;
  readonly pid: number;
  readonly mode: string;
  readonly parent_session_id: string | null;
  /** Format, file and digest of what it was imported from, as JSON; null for a wrapped session. */
  readonly imported_json: string | null;
  /** The lease that it was started under; null where none was asked for. */
  readonly lease_name: string | null;
  readonly checkpoint_stdout: number;
  readonly checkpoint_stderr: number;
  readonly gap_bytes: number;
  /** The newest state. */
  readonly state: SessionState;
}

/** A row of `extraction_events`. */
export interface EventRow {
  readonly id: number;
  readonly agent_name: string;
  readonly session_id: string;
  readonly timestamp: string;
  readonly event_type: EventType;
  readonly pattern: string;
  readonly matched_value: string;
  readonly original_line: string;
  readonly line_number: number;
  readonly metadata_json: string | null;
  readonly code_block_language: string | null;
  readonly risk_level: RiskLevel;
  readonly auto_confirmable: 0 | 1;
  readonly stream: Stream;
  readonly byte_offset: number;
}

/** A row of `code_blocks`: one occurrence, with its content. */
export interface CodeBlockRow {
  readonly id: number;
  readonly agent_name: string;
  readonly session_id: string;
  readonly timestamp: string;
  readonly language: string;
  readonly content: string;
  readonly line_start: number;
  readonly line_end: number;
  readonly context_json: string | null;
  /** 1 when the closing fence was seen. */
  readonly parseable: 0 | 1;
  /** SHA-256 of the content, in hexadecimal. */
  readonly digest: string;
}

/** A row of `process_state_changes`. */
export interface StateChangeRow {
  /** Out of the same sequence as the events' ids. */
  readonly id: number;
  readonly agent_name: string;
  readonly session_id: string;
  readonly timestamp: string;
  readonly state: SessionState;
  readonly exit_code: number | null;
  readonly metadata_json: string | null;
}

/** A row of `session_reindexes`: the session was extracted anew. */
export interface ReindexRow {
  /** Out of the same sequence as the events' ids. */
  readonly id: number;
  readonly agent_name: string;
  readonly session_id: string;
  readonly timestamp: string;
  /** How many events it had before. */
  readonly replaced_events: number;
}

/** A row of `recording_gaps`: bytes that could not be recorded. */
export interface GapRow {
  /** Out of the same sequence as the events' ids. */
  readonly id: number;
  readonly agent_name: string;
  readonly session_id: string;
  readonly timestamp: string;
  readonly stream: Stream;
  /** Where in the stream's recording they are missing. */
  readonly byte_offset: number;
  readonly bytes: number;
}

/**
 * What a session used, summed up over its events; null where none tells.
 *
 * The same whichever agent it was: of the input the cached tokens are a part, of the output those of reasoning
 * where the agent tells them apart.
 */
export interface SessionTotals {
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  /** Of the input those that were read from a cache. */
  readonly cached_tokens: number | null;
  readonly reasoning_tokens: number | null;
  /** Where an agent tells one number only: as it counts. */
  readonly tokens: number | null;
  readonly cost_usd: number | null;
  /** Calls that were begun. */
  readonly tool_calls: number;
  /** As the agent counts them; else turns that were completed. */
  readonly turns: number | null;
}

/** What `ridealong show` prints. */
export interface SessionSummary {
  readonly session: SessionRow;
  readonly countsByType: readonly { readonly event_type: EventType; readonly count: number }[];
  readonly countsByRisk: readonly { readonly risk_level: RiskLevel; readonly count: number }[];
  /** The latest first. */
  readonly lastErrors: readonly EventRow[];
  /** High and critical, the latest first. */
  readonly risks: readonly EventRow[];
  /** Paths from the `path` metadata of file operations, each once, in order of first appearance. */
  readonly filesTouched: readonly string[];
  readonly totals: SessionTotals;
  readonly codeBlocks: number;
  readonly states: readonly StateChangeRow[];
  /** What was masked, by the rule that found it; the most frequent first. */
  readonly redactions: readonly { readonly rule: string; readonly count: number }[];
  /** When the recording was pruned although the rest stays; null while it is there. */
  readonly recordingPrunedAt: string | null;
}
