import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Batch, Gap } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import type { JsonValue } from '../domain/json.ts';
import { leaseLost } from '../domain/named-lease.ts';
import type { EventStore, StoredProgress } from '../domain/ports.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { RedactionCounts, Session, SessionEnd, SessionState } from '../domain/session.ts';
import { attempt } from './database-failure.ts';
import { fileIdentity } from './database-file.ts';
import { DimensionKeys } from './dimension-keys.ts';
import { EventWriter, type SessionKeys } from './event-writer.ts';
import { feedIds } from './feed-ids.ts';
import { finalState } from './final-state.ts';
import { leaseCheck } from './leases.ts';
import { microseconds } from './microseconds.ts';
import { sessionNotFound } from './session-reference.ts';
import { workFor } from './slow-statements.ts';

interface StoredSession extends SessionKeys {
  readonly ended_us: number | null;
  readonly checkpoint_stdout: number;
  readonly checkpoint_stderr: number;
}

interface StateRow {
  readonly state: SessionState;
  /** Microseconds since the epoch. */
  readonly timeUs: number;
  readonly exitCode?: number | null;
  readonly evidence?: { readonly [key: string]: JsonValue };
}

type Values = Record<string, string | number | null>;

/**
 * The store as extraction sees it, over an open database, which it closes.
 *
 * Every call is one transaction that takes the write lock at its start: one that
 * reads first and then writes would fail at once when another process wrote in between.
 */
export class SqliteEventStore implements EventStore {
  readonly #database: Database.Database;
  readonly #recordings: string;
  readonly identity: string | undefined;
  readonly #keys: DimensionKeys;
  readonly #events: EventWriter;
  readonly #takeId: () => number;
  readonly #hasLease: ReturnType<typeof leaseCheck>;
  readonly #findSession: Database.Statement<[string], StoredSession>;
  readonly #addSession: Database.Statement<[Values]>;
  readonly #advance: Database.Statement<[Values]>;
  readonly #addStateChange: Database.Statement<[Values]>;
  readonly #addGap: Database.Statement<[Values]>;
  readonly #setState: Database.Statement<[Values]>;
  readonly #endSession: Database.Statement<[Values]>;
  readonly #addRedactions: Database.Statement<[number, string, number]>;
  readonly #latestTime: Database.Statement<[Values], number | null>;
  readonly #endedSessions: Database.Statement<[], string>;

  constructor(database: Database.Database, recordings: string) {
    this.#database = database;
    this.#recordings = recordings;
    this.identity = fileIdentity(database.name);
    this.#keys = new DimensionKeys(database);
    this.#events = new EventWriter(database, this.#keys);
    this.#takeId = feedIds(database);
    this.#hasLease = leaseCheck(database);
    this.#findSession = database.prepare(
      `SELECT key, agent_key, started_us, ended_us, checkpoint_stdout, checkpoint_stderr
       FROM sessions WHERE session_id = ?`,
    );
    this.#addSession = database.prepare(
      `INSERT INTO sessions (session_id, agent_key, started_us, stdout_log_path, stderr_log_path, packs_json,
         command_json, working_directory, git_branch, git_commit, host, pid, mode, parent_session_id, imported_json, lease_name)
       VALUES (:session_id, :agent_key, :started_us, :stdout_log_path, :stderr_log_path, :packs_json,
         :command_json, :working_directory, :git_branch, :git_commit, :host, :pid, :mode, :parent_session_id,
         :imported_json, :lease_name)`,
    );
    this.#advance = database.prepare(
      `UPDATE sessions SET checkpoint_stdout = :stdout, checkpoint_stderr = :stderr,
         lines = lines + :lines, events = events + :events
       WHERE key = :key`,
    );
    this.#addStateChange = database.prepare(
      `INSERT INTO state_changes (id, session_key, time_us, state, exit_code, metadata_json)
       VALUES (:id, :key, :time_us, :state, :exit_code, :metadata_json) ON CONFLICT DO NOTHING`,
    );
    this.#addGap = database.prepare(
      `INSERT INTO gaps (id, session_key, time_us, from_stderr, byte_offset, bytes)
       VALUES (:id, :key, :time_us, :from_stderr, :byte_offset, :bytes) ON CONFLICT DO NOTHING`,
    );
    this.#setState = database.prepare('UPDATE sessions SET state = :state WHERE key = :key AND ended_us IS NULL');
    this.#endSession = database.prepare(
      `UPDATE sessions SET ended_us = :ended_us, exit_code = :exit_code, exit_signal = :exit_signal,
         gap_bytes = :gap_bytes, end_id = :end_id
       WHERE key = :key`,
    );
    this.#addRedactions = database.prepare(
      `INSERT INTO redactions (session_key, rule, count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
    this.#latestTime = database
      .prepare<[Values], number | null>(
        `SELECT max(
           coalesce((SELECT max(last_time_us) FROM session_tallies WHERE session_key = :key), 0),
           coalesce((SELECT max(time_us) FROM state_changes WHERE session_key = :key), 0))`,
      )
      .pluck();
    this.#endedSessions = database
      .prepare<[], string>('SELECT session_id FROM sessions WHERE ended_us IS NOT NULL')
      .pluck();
  }

  addSession(session: Session): Result<void, Failure> {
    workFor(session.id);
    return this.#transaction(() => {
      if (this.#findSession.get(session.id) !== undefined) return ok(undefined);
      const folder = join(this.#recordings, session.id);
      const startedUs = timeOf(session.startedAt);
      const { lastInsertRowid } = this.#addSession.run({
        session_id: session.id,
        agent_key: this.#keys.agent(session.agent),
        started_us: startedUs,
        stdout_log_path: join(folder, 'stdout.log'),
        stderr_log_path: session.streams.includes('stderr') ? join(folder, 'stderr.log') : null,
        packs_json: JSON.stringify(session.packs),
        command_json: JSON.stringify(session.command),
        working_directory: session.workingDirectory,
        git_branch: session.git?.branch ?? null,
        git_commit: session.git?.commit ?? null,
        host: session.host,
        pid: session.process.pid,
        mode: session.mode,
        parent_session_id: session.parentSession ?? null,
        imported_json: session.imported === undefined ? null : JSON.stringify(session.imported),
        lease_name: session.lease?.name ?? null,
      });
      const key = Number(lastInsertRowid);
      this.#changeState(key, { state: 'starting', timeUs: startedUs });
      // Of a session that is read again: what was masked cannot be counted any more.
      this.#countRedactions(key, session.end?.redactions);
      return ok(undefined);
    });
  }

  checkpointOf(sessionId: string): Result<StoredProgress | undefined, Failure> {
    return attempt(this.#database.name, () => {
      const session = this.#findSession.get(sessionId);
      if (session === undefined) return ok(undefined);
      const checkpoint = { stdout: session.checkpoint_stdout, stderr: session.checkpoint_stderr };
      const latestUs = this.#latestTime.get({ key: session.key }) ?? 0;
      return ok({
        checkpoint,
        timeUs: Math.max(0, latestUs - session.started_us),
        ended: session.ended_us !== null,
      });
    });
  }

  commit(sessionId: string, batch: Batch): Result<'committed' | 'stale', Failure> {
    workFor(sessionId);
    return this.#inSession(sessionId, (session) => {
      const { from, to, events, states, gaps, lines, lease } = batch;
      if (lease !== undefined && !this.#hasLease(lease, sessionId)) return fail(leaseLost(lease.name));
      const isElsewhere = session.checkpoint_stdout !== from.stdout || session.checkpoint_stderr !== from.stderr;
      if (isElsewhere || session.ended_us !== null) return ok('stale');
      this.#events.write(session, events);
      for (const gap of gaps ?? []) this.#writeGap(session, gap);
      for (const { state, timeUs, evidence } of states ?? []) {
        this.#changeState(session.key, { state, timeUs: session.started_us + timeUs, ...(evidence && { evidence }) });
      }
      this.#advance.run({ ...to, lines, events: events.length, key: session.key });
      this.#countRedactions(session.key, batch.redactions);
      if (batch.end !== undefined) this.#end(session.key, batch.end);
      return ok('committed');
    });
  }

  isCurrent(): boolean {
    return fileIdentity(this.#database.name) === this.identity;
  }

  tryOut(): Result<void, Failure> {
    return this.#transaction(() => ok(void this.#takeId()));
  }

  endedSessions(): Result<ReadonlySet<string>, Failure> {
    return attempt(this.#database.name, () => ok(new Set(this.#endedSessions.all())));
  }

  close(): void {
    this.#database.close();
  }

  #end(key: number, end: SessionEnd): void {
    const { state, exitCode, exitSignal } = finalState(end.ending);
    const endedUs = timeOf(end.endedAt);
    this.#changeState(key, { state, timeUs: endedUs, exitCode, evidence: end.ending });
    this.#endSession.run({
      key,
      ended_us: endedUs,
      exit_code: exitCode,
      exit_signal: exitSignal,
      gap_bytes: end.gapBytes.stdout + end.gapBytes.stderr,
      end_id: this.#takeId(),
    });
  }

  /** One that is there already is not added again, as with state changes. */
  #writeGap({ key, started_us }: StoredSession, { stream, bytes, offset, timeUs }: Gap): void {
    this.#addGap.run({
      id: this.#takeId(),
      key,
      time_us: started_us + timeUs,
      from_stderr: Number(stream === 'stderr'),
      byte_offset: offset,
      bytes,
    });
  }

  #countRedactions(key: number, counts: RedactionCounts = {}): void {
    for (const [rule, count] of Object.entries(counts)) this.#addRedactions.run(key, rule, count);
  }

  /** A change that is there already, by time and state, is not added again: recovery may report it twice. */
  #changeState(key: number, change: StateRow): void {
    const { changes } = this.#addStateChange.run({
      id: this.#takeId(),
      key,
      time_us: change.timeUs,
      state: change.state,
      exit_code: change.exitCode ?? null,
      metadata_json: change.evidence === undefined ? null : JSON.stringify(change.evidence),
    });
    if (changes > 0) this.#setState.run({ key, state: change.state });
  }

  #inSession<Value>(
    sessionId: string,
    action: (session: StoredSession) => Result<Value, Failure>,
  ): Result<Value, Failure> {
    return this.#transaction(() => {
      const session = this.#findSession.get(sessionId);
      return session === undefined ? fail(sessionNotFound(sessionId)) : action(session);
    });
  }

  #transaction<Value>(action: () => Result<Value, Failure>): Result<Value, Failure> {
    return attempt(this.#database.name, () => {
      try {
        return this.#database.transaction(action).immediate();
      } catch (error) {
        this.#keys.forget();
        throw error;
      }
    });
  }
}

function timeOf(timestamp: string): number {
  const time = microseconds(timestamp);
  if (time === undefined) throw new Error(`not a time: ${timestamp}`);
  return time;
}
