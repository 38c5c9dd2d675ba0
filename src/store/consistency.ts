import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { summedFields } from './batch-sums.ts';
import { attempt, isDamaged } from './database-failure.ts';
import { sumsNow, sumUpAll, touchedFilesNow } from './migrations/0009-session-sums.ts';
import { openDatabase } from './open-database.ts';

/** What the store says of a session, as far as its recording must agree with it. */
export interface StoredRecording {
  readonly session_id: string;
  readonly has_ended: 0 | 1;
  readonly checkpoint_stdout: number;
  readonly checkpoint_stderr: number;
  /** 1 when its recording was pruned. */
  readonly is_pruned: 0 | 1;
}

/** Rows that hang on others, by what they hang on. */
const dependents = [
  ['events', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['session_tallies', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['session_sums', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['touched_files', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['file_calls', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['state_changes', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['gaps', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['redactions', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['reindexes', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['recordings', 'session_key NOT IN (SELECT key FROM sessions)'],
  ['code_block_occurrences', 'event_id NOT IN (SELECT id FROM events)'],
  ['code_block_contents', 'key NOT IN (SELECT content_key FROM code_block_occurrences)'],
] as const;

const recount = `
DELETE FROM session_tallies;
DELETE FROM agent_tallies;
INSERT INTO session_tallies (session_key, pattern_key, agent_key, events, last_event_id, last_time_us)
SELECT e.session_key, e.pattern_key, s.agent_key, count(*), max(e.id), max(e.time_us)
FROM events e JOIN sessions s ON s.key = e.session_key GROUP BY e.session_key, e.pattern_key;
UPDATE sessions SET events = (SELECT coalesce(sum(t.events), 0) FROM session_tallies t WHERE t.session_key = key);
DELETE FROM session_sums;
DELETE FROM touched_files;
DELETE FROM file_calls;
${sumUpAll}`;

/** Sums are added up in another order than they are counted anew in. */
const differs = (column: string) =>
  `(u.${column} IS NULL) <> (now.${column} IS NULL) OR abs(u.${column} - now.${column}) > 1e-6 * (1 + abs(now.${column}))`;

/** One that has summed up more events than there are is being deleted: what it has stays until it is gone. */
const missummed = `
WITH files AS (SELECT session_key, count(*) AS files FROM (${touchedFilesNow}) GROUP BY session_key)
SELECT s.session_id FROM (${sumsNow}) now
JOIN sessions s ON s.key = now.session_key
LEFT JOIN session_sums u ON u.session_key = now.session_key
LEFT JOIN files ON files.session_key = now.session_key
WHERE coalesce(u.events, 0) < now.events
  OR u.events = now.events AND (
    u.tool_calls <> now.tool_calls
    OR coalesce(files.files, 0) <> (SELECT count(*) FROM touched_files f WHERE f.session_key = now.session_key)
    OR ${Object.keys(summedFields).map(differs).join(' OR ')})`;

/** Whether a database's contents agree with each other, and what can be mended. Over an open database, which it closes. */
export class Consistency {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** What SQLite says is wrong with the file; the first few. */
  integrity(): Result<string[], Failure> {
    return this.#attempt(() => {
      try {
        const found = this.#database.prepare<[], string>('PRAGMA integrity_check(10)').pluck().all();
        return found.filter((line) => line !== 'ok').map((line) => line.replaceAll('\n', ' '));
      } catch (error) {
        // Some damage ends the check itself.
        if (isDamaged(error)) return [error.message];
        throw error;
      }
    });
  }

  /** Tables with rows that belong to nothing any more, and how many. */
  orphans(): Result<{ readonly table: string; readonly rows: number }[], Failure> {
    return this.#attempt(() =>
      dependents
        .map(([table, isOrphan]) => ({ table, rows: this.#count(`FROM ${table} WHERE ${isOrphan}`) }))
        .filter(({ rows }) => rows > 0),
    );
  }

  deleteOrphans(): Result<void, Failure> {
    return this.#attempt(() => {
      const deletion = this.#database.transaction(() => {
        for (const [table, isOrphan] of dependents) this.#database.exec(`DELETE FROM ${table} WHERE ${isOrphan}`);
      });
      deletion.immediate();
    });
  }

  /** Sessions of which other numbers of events are told than there are. */
  miscounted(): Result<string[], Failure> {
    return this.#attempt(() =>
      this.#database
        .prepare<[], string>(
          `SELECT s.session_id FROM sessions s
           LEFT JOIN (SELECT session_key, count(*) AS events FROM events GROUP BY session_key) e ON e.session_key = s.key
           LEFT JOIN (SELECT session_key, sum(events) AS events FROM session_tallies GROUP BY session_key) t
             ON t.session_key = s.key
           WHERE s.events <> coalesce(e.events, 0) OR coalesce(t.events, 0) <> coalesce(e.events, 0)`,
        )
        .pluck()
        .all(),
    );
  }

  /** Sessions of which something else is told than their events tell: what they used, how many files they touched. */
  missummed(): Result<string[], Failure> {
    return this.#attempt(() => this.#database.prepare<[], string>(missummed).pluck().all());
  }

  /** Whether the agents' totals are those of their sessions. */
  agentsAreCounted(): Result<boolean, Failure> {
    const [bySession, byAgent] = [
      'SELECT agent_key, pattern_key, sum(events), count(*) FROM session_tallies GROUP BY agent_key, pattern_key',
      'SELECT agent_key, pattern_key, events, sessions FROM agent_tallies',
    ];
    return this.#attempt(
      () =>
        this.#count(`FROM (SELECT * FROM (${bySession}) EXCEPT ${byAgent})`) === 0 &&
        this.#count(`FROM (SELECT * FROM (${byAgent}) EXCEPT ${bySession})`) === 0,
    );
  }

  recount(): Result<void, Failure> {
    return this.#attempt(() => this.#database.transaction(() => void this.#database.exec(recount)).immediate());
  }

  recordings(): Result<StoredRecording[], Failure> {
    return this.#attempt(() =>
      this.#database
        .prepare<[], StoredRecording>(
          `SELECT s.session_id, s.ended_us IS NOT NULL AS has_ended, s.checkpoint_stdout, s.checkpoint_stderr,
             r.pruned_us IS NOT NULL AS is_pruned
           FROM sessions s LEFT JOIN recordings r ON r.session_key = s.key ORDER BY s.session_id`,
        )
        .all(),
    );
  }

  close(): void {
    this.#database.close();
  }

  #count(what: string): number {
    return this.#database.prepare<[], number>(`SELECT count(*) ${what}`).pluck().get() ?? 0;
  }

  #attempt<Value>(action: () => Value): Result<Value, Failure> {
    return attempt(this.#database.name, () => ok(action()));
  }
}

export function openConsistency(path: string): Result<Consistency, Failure> {
  const opened = openDatabase(path);
  return opened.ok ? ok(new Consistency(opened.value)) : opened;
}
