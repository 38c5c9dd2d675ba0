import type { CommandContext } from '../../src/cli/command.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { pathsFrom } from '../../src/domain/config.ts';
import type { SessionReader } from '../../src/domain/ports.ts';
import { fail, ok } from '../../src/domain/result.ts';
import type { CodeBlockRow, EventRow, SessionRow, SessionSummary } from '../../src/domain/rows.ts';

export const now = new Date('2026-07-31T12:00:00.000Z');

/** A terminal that keeps what was printed. */
export interface CapturedTerminal extends Terminal {
  readonly output: () => string;
  readonly complaints: readonly string[];
}

export function captureTerminal(
  form: { isTerminal?: boolean; columns?: number; colour?: boolean; input?: string; readsUpTo?: number } = {},
): CapturedTerminal {
  const written: Buffer[] = [];
  const complaints: string[] = [];
  const input = Buffer.from(form.input ?? '');
  return {
    isTerminal: form.isTerminal ?? false,
    columns: form.columns ?? (form.isTerminal === true ? 80 : Infinity),
    rows: form.isTerminal === true ? 24 : Infinity,
    colour: form.colour ?? false,
    get hasWritten() {
      return written.length > 0;
    },
    write(data) {
      if (written.length < (form.readsUpTo ?? Infinity)) written.push(Buffer.from(data));
      return Promise.resolve(written.length < (form.readsUpTo ?? Infinity));
    },
    complain: (message) => void complaints.push(message),
    input: {
      isTerminal: false,
      // eslint-disable-next-line @typescript-eslint/require-await -- as a stream would
      async *[Symbol.asyncIterator]() {
        yield input;
      },
    },
    output: () => Buffer.concat(written).toString(),
    complaints,
  };
}

export function contextWith(reader: Partial<SessionReader>, terminal: Terminal): CommandContext {
  return {
    terminal,
    paths: pathsFrom({ HOME: '/home/someone' }, '/work'),
    now,
    openStore: () => Promise.resolve(ok(readerWith(reader))),
  };
}

const emptyPage = { items: [], total: 0, totalIsExact: true, next: null };

/** A reader of a store without sessions, but for what is given. */
export function readerWith(given: Partial<SessionReader>): SessionReader {
  const notFound = () => fail({ reason: 'session-not-found', message: 'no session matches' } as const);
  return {
    sessions: () => ok([]),
    findSession: notFound,
    events: () => ok([]),
    codeBlocks: () => ok([]),
    summary: notFound,
    recordingPrunedAt: () => ok(null),
    stateChanges: () => ok([]),
    history: () => ok([]),
    statisticsByAgent: () => ok([]),
    statisticsByPattern: () => ok([]),
    sessionPage: () => ok(emptyPage),
    eventPage: () => ok(emptyPage),
    codeBlockPage: () => ok(emptyPage),
    timelinePage: () => ok(emptyPage),
    agentReport: () => ok(undefined),
    patternReport: () => ok(undefined),
    advanced: () => ok(emptyPage),
    trends: () => ok([]),
    close: () => undefined,
    ...given,
  };
}

export const sessionId = '01K1FZ5W8N7Q3V9XH2M4T6R8YB';

export const session: SessionRow = {
  id: 1,
  agent_name: 'codex',
  session_id: sessionId,
  environment: 'local',
  started_at: '2026-07-31T11:57:57.000Z',
  ended_at: '2026-07-31T12:00:00.000Z',
  exit_code: 1,
  exit_signal: null,
  total_lines_processed: 1234,
  total_extraction_events: 42,
  total_feedback_outcomes: 0,
  stdout_log_path: '/recordings/stdout.log',
  stderr_log_path: '/recordings/stderr.log',
  extraction_config_version: '[{"name":"common","version":"1.0.0","digest":"d"}]',
  environment_config_version: '',
  command_json: '["codex","exec","fix the test"]',
  working_directory: '/work/project',
  git_branch: 'main',
  git_commit: '0123456789abcdef0123',
  host: 'box',
  pid: 7,
  mode: 'pipe',
  parent_session_id: null,
  imported_json: null,
  lease_name: null,
  checkpoint_stdout: 10,
  checkpoint_stderr: 0,
  gap_bytes: 0,
  state: 'failed',
};

export const event: EventRow = {
  id: 1,
  agent_name: 'codex',
  session_id: sessionId,
  timestamp: '2026-07-31T11:58:00.000000Z',
  event_type: 'error',
  pattern: 'common.error',
  matched_value: 'Error: it broke',
  original_line: '  Error: it broke at home',
  line_number: 12,
  metadata_json: null,
  code_block_language: null,
  risk_level: 'high',
  auto_confirmable: 0,
  stream: 'stdout',
  byte_offset: 100,
};

export const codeBlock: CodeBlockRow = {
  id: 1,
  agent_name: 'codex',
  session_id: sessionId,
  timestamp: '2026-07-31T11:58:00.000000Z',
  language: 'py',
  content: 'print("hi")\n',
  line_start: 6,
  line_end: 6,
  context_json: null,
  parseable: 1,
  digest: 'd',
};

export const summary: SessionSummary = {
  session,
  countsByType: [{ event_type: 'error', count: 2 }],
  countsByRisk: [{ risk_level: 'high', count: 2 }],
  lastErrors: [event],
  risks: [event],
  filesTouched: ['src/a.ts'],
  totals: {
    input_tokens: 12345,
    output_tokens: 112,
    cached_tokens: 2000,
    reasoning_tokens: 0,
    tokens: null,
    cost_usd: 0.004512,
    tool_calls: 1,
    turns: 2,
  },
  codeBlocks: 2,
  recordingPrunedAt: null,
  states: [],
  redactions: [
    { rule: 'slack', count: 1003 },
    { rule: 'email', count: 1 },
  ],
};
