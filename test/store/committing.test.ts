import type Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { type StateChange, startOfRecording } from '../../src/domain/batch.ts';
import type { Event } from '../../src/domain/event.ts';
import type { EventStore, SessionReader } from '../../src/domain/ports.ts';
import { SqliteEventStore } from '../../src/store/event-store.ts';
import { KeptDatabase } from '../../src/store/kept-database.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { openReader } from '../../src/store/open-reader.ts';
import {
  addEvents,
  end,
  failureOf,
  sampleBatch,
  sampleBlock,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from './fixtures/samples.ts';

let paths: ReturnType<typeof temporaryPaths>;
let database: Database.Database;
let store: EventStore;
let reader: SessionReader;
const session = sampleSession();

beforeEach(() => {
  paths = temporaryPaths();
  database = valueOf(openDatabase(paths.database));
  store = new SqliteEventStore(database, paths.recordings);
  reader = valueOf(openReader(paths.database));
  valueOf(store.addSession(session));
});

const storedEvents = () => valueOf(reader.events({ limit: 1000 }));
const storedSession = () => valueOf(reader.findSession(session.id));

describe('a session', () => {
  it('is added once, with the state `starting`', () => {
    valueOf(store.addSession(session));
    expect(valueOf(reader.sessions({ limit: 10 }))).toEqual([
      {
        id: 1,
        agent_name: 'claude',
        session_id: session.id,
        environment: 'local',
        started_at: '2025-06-01T12:00:00.123Z',
        ended_at: null,
        exit_code: null,
        exit_signal: null,
        total_lines_processed: 0,
        total_extraction_events: 0,
        total_feedback_outcomes: 0,
        stdout_log_path: `${paths.recordings}/${session.id}/stdout.log`,
        stderr_log_path: `${paths.recordings}/${session.id}/stderr.log`,
        extraction_config_version: '[{"name":"claude","version":"1","digest":"d1"}]',
        environment_config_version: '',
        command_json: '["claude","-p","hello"]',
        working_directory: '/work',
        git_branch: null,
        git_commit: null,
        host: 'here',
        pid: 42,
        mode: 'pipe',
        parent_session_id: null,
        imported_json: null,
        lease_name: null,
        checkpoint_stdout: 0,
        checkpoint_stderr: 0,
        gap_bytes: 0,
        state: 'starting',
      },
    ]);
    expect(valueOf(reader.stateChanges(session.id)).map((change) => change.state)).toEqual(['starting']);
  });

  it('has no path of stderr where there is only stdout', () => {
    const other = sampleSession({ id: sampleId('01B'), streams: ['stdout'] });
    valueOf(store.addSession(other));
    expect(valueOf(reader.findSession(other.id)).stderr_log_path).toBeNull();
  });

  it('that is unknown has no checkpoint and takes no batch', () => {
    expect(valueOf(store.checkpointOf('nobody'))).toBeUndefined();
    expect(failureOf(store.commit('nobody', sampleBatch(startOfRecording, []))).reason).toBe('session-not-found');
  });

  it('takes its events, blocks, states and counts with it when it is deleted', () => {
    const other = sampleSession({ id: sampleId('01B') });
    addEvents(store, session, [sampleEvent(), sampleBlock('only here'), sampleBlock('shared')]);
    addEvents(store, other, [sampleEvent(), sampleBlock('shared')]);
    database.prepare('DELETE FROM sessions WHERE session_id = ?').run(session.id);

    expect(storedEvents().map((event) => event.session_id)).toEqual([other.id, other.id]);
    expect(valueOf(reader.codeBlocks({ session: session.id }))).toEqual([]);
    expect(valueOf(reader.codeBlocks({ session: other.id })).map((block) => block.content)).toEqual(['shared']);
    expect(database.prepare('SELECT content FROM code_block_contents').pluck().all()).toEqual(['shared']);
    expect(valueOf(reader.stateChanges(session.id))).toEqual([]);
    expect(valueOf(reader.statisticsByAgent())).toMatchObject([{ sessions: 1, extraction_events: 2, error_events: 1 }]);
  });
});

describe('a batch', () => {
  it('is committed with its events, counts and checkpoint', () => {
    const event = sampleEvent({ stream: 'stderr', metadata: { code: 7 }, autoConfirmable: true, risk: 'high' });
    const to = { stdout: 50, stderr: 60 };
    const outcome = store.commit(session.id, { events: [event], from: startOfRecording, to, lines: 12 });
    expect(valueOf(outcome)).toBe('committed');
    expect(valueOf(store.checkpointOf(session.id))).toEqual({ checkpoint: to, timeUs: 1_500, ended: false });
    expect(storedSession()).toMatchObject({
      total_lines_processed: 12,
      total_extraction_events: 1,
      checkpoint_stdout: 50,
      checkpoint_stderr: 60,
    });
    expect(storedEvents()).toEqual([
      {
        id: 2,
        agent_name: 'claude',
        session_id: session.id,
        timestamp: '2025-06-01T12:00:00.124500Z',
        event_type: 'error',
        pattern: 'generic-error',
        matched_value: 'Error: no',
        original_line: 'Error: no, it said',
        line_number: 3,
        metadata_json: '{"code":7}',
        code_block_language: null,
        risk_level: 'high',
        auto_confirmable: 1,
        stream: 'stderr',
        byte_offset: 10,
      },
    ]);
  });

  it('is stale when somebody else went on from its checkpoint', () => {
    const batch = sampleBatch(startOfRecording, [sampleEvent()]);
    expect(valueOf(store.commit(session.id, batch))).toBe('committed');
    expect(valueOf(store.commit(session.id, batch))).toBe('stale');
    expect(storedEvents()).toHaveLength(1);
    expect(storedSession().total_extraction_events).toBe(1);
  });

  it('never gets ids that were used before', () => {
    addEvents(store, session, [sampleEvent(), sampleEvent()]);
    database.prepare('DELETE FROM sessions').run();
    addEvents(store, sampleSession({ id: sampleId('01B') }), [sampleEvent()]);
    expect(storedEvents().map((event) => event.id)).toEqual([5]);
  });

  it('that fails midway leaves nothing, and the next one finds a place', () => {
    database.exec(`CREATE TEMP TRIGGER fails BEFORE INSERT ON main.events WHEN new.matched_value = 'poison'
      BEGIN SELECT RAISE(ABORT, 'poisoned'); END`);
    const good = [sampleEvent({ pattern: 'new-pattern' }), sampleBlock('new content')];
    const poisoned = sampleBatch(startOfRecording, [...good, sampleEvent({ matchedValue: 'poison' })]);
    expect(() => store.commit(session.id, poisoned)).toThrow('poisoned');
    expect(storedEvents()).toEqual([]);
    expect(valueOf(reader.statisticsByPattern({}))).toEqual([]);
    expect(valueOf(store.checkpointOf(session.id))?.checkpoint).toEqual(startOfRecording);

    expect(valueOf(store.commit(session.id, sampleBatch(startOfRecording, good)))).toBe('committed');
    expect(storedEvents().map((event) => event.pattern)).toEqual(['new-pattern', 'code-fence']);
  });

  it('that finds the disk full fails with a line that says so, and goes through when there is space', () => {
    const pages = Number(database.pragma('page_count', { simple: true }));
    database.pragma(`max_page_count = ${pages}`);
    const large = sampleEvent({ originalLine: 'x'.repeat(60_000) });
    const batch = sampleBatch(startOfRecording, [sampleEvent({ pattern: 'new-pattern' }), large]);
    expect(failureOf(store.commit(session.id, batch))).toEqual({
      reason: 'database-unreadable',
      fault: 'full',
      message: `no space left for the database ${paths.database}; free some and go on`,
    });
    expect(storedEvents()).toEqual([]);
    expect(valueOf(store.checkpointOf(session.id))?.checkpoint).toEqual(startOfRecording);

    database.pragma(`max_page_count = ${pages + 1000}`);
    expect(valueOf(store.commit(session.id, batch))).toBe('committed');
    expect(storedEvents()).toHaveLength(2);
  });

  it('that meets a lock fails with a line that says so', () => {
    database.pragma('busy_timeout = 0');
    const other = new KeptDatabase(paths.database);
    other.exec('BEGIN IMMEDIATE');
    const failure = failureOf(store.commit(session.id, sampleBatch(startOfRecording, [])));
    expect(failure.message).toBe(`the database ${paths.database} is locked by another process; try again`);
    other.exec('COMMIT');
    other.close();
    expect(valueOf(store.commit(session.id, sampleBatch(startOfRecording, [])))).toBe('committed');
  });

  it('may hold any text', () => {
    const text = "'; DROP TABLE events; -- \0 \u{1F600} \uFFFD";
    addEvents(store, session, [sampleEvent({ matchedValue: text, originalLine: text, pattern: text })]);
    expect(storedEvents()).toMatchObject([{ matched_value: text, original_line: text, pattern: text }]);
  });
});

describe('a code block', () => {
  it('is stored once, while each occurrence stays visible', () => {
    const other = sampleSession({ id: sampleId('01B') });
    addEvents(store, session, [sampleBlock('let a = 1;')]);
    addEvents(store, other, [sampleBlock('let a = 1;', { language: 'js', closed: false })]);

    expect(database.prepare('SELECT count(*) FROM code_block_contents').pluck().get()).toBe(1);
    const [first] = valueOf(reader.codeBlocks({ session: session.id }));
    const [second] = valueOf(reader.codeBlocks({ session: other.id }));
    expect(first).toEqual({
      id: 2,
      agent_name: 'claude',
      session_id: session.id,
      timestamp: '2025-06-01T12:00:00.124500Z',
      language: 'ts',
      content: 'let a = 1;',
      line_start: 4,
      line_end: 5,
      context_json: null,
      parseable: 1,
      digest: first?.digest,
    });
    expect(first?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toMatchObject({ language: 'js', content: 'let a = 1;', parseable: 0, digest: first?.digest });
    expect(storedEvents().map((event) => event.code_block_language)).toEqual(['ts', 'js']);
  });

  it('is found by its language', () => {
    addEvents(store, session, [sampleBlock('a'), sampleBlock('b', { language: 'sh' })]);
    const found = valueOf(reader.codeBlocks({ session: session.id, language: 'SH' }));
    expect(found.map((block) => block.content)).toEqual(['b']);
  });
});

describe('a state change', () => {
  const asks = { state: 'needs_input', timeUs: 877_250, evidence: { line: 3 } } as const;
  const batchWith = (...states: StateChange[]) => ({ ...sampleBatch(startOfRecording, []), states });

  it('is committed with its batch, with its evidence, and becomes the state of the session', () => {
    valueOf(store.commit(session.id, batchWith(asks)));
    expect(valueOf(reader.stateChanges(session.id))).toEqual([
      {
        id: 1,
        agent_name: 'claude',
        session_id: session.id,
        timestamp: '2025-06-01T12:00:00.123Z',
        state: 'starting',
        exit_code: null,
        metadata_json: null,
      },
      {
        id: 2,
        agent_name: 'claude',
        session_id: session.id,
        timestamp: '2025-06-01T12:00:01.000Z',
        state: 'needs_input',
        exit_code: null,
        metadata_json: '{"line":3}',
      },
    ]);
    expect(storedSession().state).toBe('needs_input');
  });

  it('that is there already is passed over: who extracts again finds them all anew', () => {
    const works = { state: 'working', timeUs: 900_000 } as const;
    valueOf(store.commit(session.id, batchWith(asks, works)));
    valueOf(store.commit(session.id, batchWith(asks)));
    expect(valueOf(reader.stateChanges(session.id)).map(({ state }) => state)).toEqual([
      'starting',
      'needs_input',
      'working',
    ]);
    expect(storedSession().state).toBe('working');
  });

  it('comes before the final state, which stays', () => {
    const sessionEnd = {
      endedAt: '2025-06-01T12:05:00.000Z',
      ending: { kind: 'exited', code: 0 },
      gapBytes: { stdout: 0, stderr: 0 },
    } as const;
    valueOf(store.commit(session.id, { ...batchWith(asks), end: sessionEnd }));
    expect(valueOf(reader.stateChanges(session.id)).map(({ state }) => state)).toEqual([
      'starting',
      'needs_input',
      'completed',
    ]);
    expect(storedSession().state).toBe('completed');
  });

  it('is not kept when its batch is stale', () => {
    const elsewhere = { stdout: 7, stderr: 0 };
    expect(valueOf(store.commit(session.id, { ...batchWith(asks), from: elsewhere }))).toBe('stale');
    expect(storedSession().state).toBe('starting');
  });
});

describe('the latest moment that a session is known of', () => {
  const latest = () => valueOf(store.checkpointOf(session.id))?.timeUs;

  it('is its start when nothing was committed', () => {
    expect(latest()).toBe(0);
  });

  it('is that of its latest event, whatever pattern found it', () => {
    addEvents(store, session, [sampleEvent({ timeUs: 9_000, pattern: 'a' }), sampleEvent({ timeUs: 4_000 })]);
    expect(latest()).toBe(9_000);
  });

  it('is that of its latest state, where no event is later', () => {
    addEvents(store, session, [sampleEvent({ timeUs: 9_000 })]);
    const from = { stdout: 100, stderr: 0 };
    const states = [{ state: 'idle', timeUs: 9_001 }] as const;
    valueOf(store.commit(session.id, { events: [], states, from, to: from, lines: 0 }));
    expect(latest()).toBe(9_001);
  });

  it('does not depend on other sessions', () => {
    addEvents(store, sampleSession({ id: sampleId('01B') }), [sampleEvent({ timeUs: 9_000 })]);
    expect(latest()).toBe(0);
  });
});

describe('the end of a session', () => {
  it.each([
    [{ kind: 'exited', code: 0 }, 'completed', 0, null],
    [{ kind: 'exited', code: 3 }, 'failed', 3, null],
    [{ kind: 'not-started', code: 127, message: 'no such command' }, 'failed', 127, null],
    [{ kind: 'killed', signal: 9, signalName: 'SIGKILL' }, 'crashed', 137, 'SIGKILL'],
    [{ kind: 'unseen' }, 'crashed', null, null],
  ] as const)('%j means %s', (ending, state, exitCode, exitSignal) => {
    end(store, session, ending);
    expect(storedSession()).toMatchObject({
      state,
      exit_code: exitCode,
      exit_signal: exitSignal,
      ended_at: '2025-06-01T12:05:00.000Z',
      gap_bytes: 7,
    });
    expect(valueOf(reader.stateChanges(session.id)).at(-1)).toMatchObject({
      state,
      exit_code: exitCode,
      metadata_json: JSON.stringify(ending),
    });
    expect(valueOf(store.checkpointOf(session.id))?.ended).toBe(true);
  });

  it('is told once: a second one changes nothing', () => {
    end(store, session, { kind: 'exited', code: 0 });
    const before = storedSession();
    end(store, session, { kind: 'unseen' });
    expect(storedSession()).toEqual(before);
    expect(valueOf(reader.stateChanges(session.id))).toHaveLength(2);
  });
});

describe('the statements of a batch', () => {
  /** How many statements each of these batches takes, of as many events each of one pattern or of several. */
  function statementsFor(
    ...batches: readonly { readonly events: number; readonly patterns: number; readonly like?: Partial<Event> }[]
  ): number[] {
    const run: string[] = [];
    const counted = new KeptDatabase(paths.database, { verbose: (sql) => run.push(String(sql)) });
    const countedStore = new SqliteEventStore(counted, paths.recordings);
    const counts = batches.map(({ events, patterns, like }) => {
      const found = Array.from({ length: events }, (_, nth) =>
        sampleEvent({ pattern: `pattern-${nth % patterns}`, ...like }),
      );
      run.length = 0;
      addEvents(countedStore, session, found);
      return run.length;
    });
    countedStore.close();
    return counts;
  }

  it('are one for each event, one for each pattern that was found, and a few', () => {
    // The first batch makes the patterns known.
    const [, none = 0, one = 0, many = 0, varied = 0] = statementsFor(
      { events: 8, patterns: 8 },
      { events: 0, patterns: 1 },
      { events: 1, patterns: 1 },
      { events: 1000, patterns: 1 },
      { events: 1000, patterns: 8 },
    );
    expect(none).toBeLessThan(10);
    expect(one - none).toBe(2);
    expect(many - none).toBe(1001);
    expect(varied - none).toBe(1008);
  });

  it('are at most three more where there is something to sum up', () => {
    const metadata = { path: 'a.ts', 'gen_ai.tool.name': 'edit', 'gen_ai.tool.call.id': 'one', tokens: 7 };
    const [, metrics = 0, , files = 0] = statementsFor(
      { events: 1, patterns: 1, like: { type: 'metric', metadata } },
      { events: 100, patterns: 1, like: { type: 'metric', metadata } },
      { events: 1, patterns: 1, like: { type: 'file_operation', metadata } },
      { events: 100, patterns: 1, like: { type: 'file_operation', metadata } },
    );
    const [, none = 0] = statementsFor({ events: 1, patterns: 1 }, { events: 100, patterns: 1 });
    expect(metrics - none).toBe(1);
    expect(files - none).toBe(3);
  });
});
