import type { QuerySource, queryFields } from '../../domain/advanced-query.ts';

interface Source<Name extends QuerySource> {
  readonly tables: string;
  /** What rows are numbered by, the newest last. */
  readonly id: string;
  /** SQL for the greatest of them. */
  readonly last: string;
  /** SQL of each field; of a time in microseconds since the epoch. */
  readonly fields: Readonly<Record<keyof (typeof queryFields)[Name], string>>;
  /** Where the fields of the metadata are; undefined where there are none. */
  readonly metadata?: string;
}

const ofSession = { agent_name: 'a.name', session_id: 's.session_id' };

/** Behind the fields' names: the columns of the tables themselves, whose indexes serve where those of views cannot. */
export const sources: { readonly [Name in QuerySource]: Source<Name> } = {
  sessions: {
    tables: 'sessions s JOIN agents a ON a.key = s.agent_key',
    id: 's.key',
    last: 'SELECT max(key) FROM sessions',
    fields: {
      id: 's.key',
      ...ofSession,
      environment: 's.environment',
      started_at: 's.started_us',
      ended_at: 's.ended_us',
      exit_code: 's.exit_code',
      exit_signal: 's.exit_signal',
      total_lines_processed: 's.lines',
      total_extraction_events: 's.events',
      command_json: 's.command_json',
      working_directory: 's.working_directory',
      git_branch: 's.git_branch',
      git_commit: 's.git_commit',
      host: 's.host',
      pid: 's.pid',
      mode: 's.mode',
      parent_session_id: 's.parent_session_id',
      lease_name: 's.lease_name',
      gap_bytes: 's.gap_bytes',
      state: 's.state',
      duration_ms: '(s.ended_us - s.started_us) / 1000.0',
    },
  },
  events: {
    tables: `events e
      JOIN sessions s ON s.key = e.session_key
      JOIN agents a ON a.key = s.agent_key
      JOIN patterns p ON p.key = e.pattern_key
      LEFT JOIN code_block_occurrences o ON o.event_id = e.id`,
    id: 'e.id',
    last: 'SELECT max(id) FROM events',
    fields: {
      id: 'e.id',
      ...ofSession,
      timestamp: 'e.time_us',
      event_type: 'p.event_type',
      pattern: 'p.pattern',
      matched_value: 'e.matched_value',
      original_line: 'e.original_line',
      line_number: 'e.line_number',
      metadata_json: 'e.metadata_json',
      code_block_language: 'o.language',
      risk_level: 'p.risk_level',
      auto_confirmable: 'p.auto_confirmable',
      stream: "iif(e.from_stderr, 'stderr', 'stdout')",
      byte_offset: 'e.byte_offset',
    },
    metadata: 'e.metadata_json',
  },
  code_blocks: {
    tables: `code_block_occurrences o
      JOIN events e ON e.id = o.event_id
      JOIN sessions s ON s.key = o.session_key
      JOIN agents a ON a.key = s.agent_key
      JOIN code_block_contents c ON c.key = o.content_key`,
    id: 'o.event_id',
    last: 'SELECT max(event_id) FROM code_block_occurrences',
    fields: {
      id: 'o.event_id',
      ...ofSession,
      timestamp: 'e.time_us',
      language: 'o.language',
      content: 'c.content',
      line_start: 'o.line_start',
      line_end: 'o.line_end',
      context_json: 'e.metadata_json',
      parseable: 'o.closed',
      digest: 'lower(hex(c.digest))',
    },
    metadata: 'e.metadata_json',
  },
  state_changes: {
    tables: `state_changes c
      JOIN sessions s ON s.key = c.session_key
      JOIN agents a ON a.key = s.agent_key`,
    id: 'c.id',
    last: 'SELECT max(id) FROM state_changes',
    fields: {
      id: 'c.id',
      ...ofSession,
      timestamp: 'c.time_us',
      state: 'c.state',
      exit_code: 'c.exit_code',
      metadata_json: 'c.metadata_json',
    },
    metadata: 'c.metadata_json',
  },
};
