import type Database from 'better-sqlite3';
import { type BatchSums, summedFields } from './batch-sums.ts';

const columns = Object.keys(summedFields);

/** Adds what a batch tells to its session's sums, inside the caller's transaction. */
export class SumWriter {
  readonly #add: Database.Statement<[Record<string, number | null>]>;
  readonly #addFiles: Database.Statement<[number, string]>;
  readonly #addCalls: Database.Statement<[number, string]>;

  constructor(database: Database.Database) {
    this.#add = database.prepare(
      `INSERT INTO session_sums (session_key, events, tool_calls, ${columns.join(', ')})
       VALUES (:key, :events, :tool_calls, ${columns.map((column) => `:${column}`).join(', ')})
       ON CONFLICT DO UPDATE SET events = events + excluded.events, tool_calls = tool_calls + excluded.tool_calls,
         ${columns.map((column) => `${column} = coalesce(${column} + excluded.${column}, ${column}, excluded.${column})`).join(', ')}`,
    );
    this.#addFiles = database.prepare(
      `INSERT INTO touched_files (session_key, path, first_event_id)
       SELECT ?, value ->> 0, value ->> 1 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    );
    this.#addCalls = database.prepare(
      'INSERT INTO file_calls (session_key, call_id) SELECT ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING',
    );
  }

  write(key: number, { events, amounts, toolCalls, callIds, files }: BatchSums): void {
    if (events === 0) return;
    if (files.size > 0) this.#addFiles.run(key, JSON.stringify([...files]));
    // Those that an earlier batch told of are known.
    const fileCalls = callIds.size === 0 ? 0 : this.#addCalls.run(key, JSON.stringify([...callIds])).changes;
    this.#add.run({ key, events, tool_calls: toolCalls + fileCalls, ...amounts });
  }
}
