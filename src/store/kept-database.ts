import Database from 'better-sqlite3';
import { slowAfterMs, slowStatementTeller } from './slow-statements.ts';

/** Whatever is in here is reachable, and so is all that hangs on it. */
const kept = new Set<KeptDatabase>();

/**
 * A database whose native objects are never garbage-collected, as long as the process (or the worker) lives.
 *
 * From Node 24.19 on, better-sqlite3 12 aborts the whole process ("Assertion failed: (env) != nullptr" in
 * `RemoveEnvironmentCleanupHook`) when V8 collects one of them on its own, between two turns of JavaScript.
 * (better-sqlite3 13 does not, but crashes on Node 20.) Thus a database stays in {@link kept} even after it was
 * closed, and keeps its statements, one for each SQL text: a closed one costs some 15 KiB, and we have few texts.
 * Two callers that prepare the same text get the same statement, `pluck()` and all.
 *
 * Not to be used, as nothing keeps what they make: `iterate()` and `backup()`. `transaction()` keeps its own.
 */
export class KeptDatabase extends Database {
  readonly #statements = new Map<string, Database.Statement>();
  readonly #slowAfterMs: number;

  constructor(path: string, options?: Database.Options & { readonly slowAfterMs?: number }) {
    super(path, options);
    this.#slowAfterMs = options?.slowAfterMs ?? slowAfterMs;
    kept.add(this);
  }

  override prepare<Parameters extends unknown[] | object = unknown[], Row = unknown>(sql: string) {
    const statement = this.#statements.get(sql) ?? this.#timed(super.prepare(sql));
    this.#statements.set(sql, statement);
    return statement as Database.Statement<Parameters, Row>;
  }

  /**
   * A setting goes to `exec`, which makes no statement, and answers nothing. It must not be a kept statement: SQLite
   * applies many settings when it compiles them, so running one again would do nothing.
   */
  override pragma(source: string, { simple = false }: Database.PragmaOptions = {}): unknown {
    const sql = `PRAGMA ${source}`;
    if (source.includes('=')) return void this.exec(sql);
    const statement = this.prepare(sql).pluck(simple);
    return simple ? statement.get() : statement.all();
  }

  /** It tells when it is slow; a database in memory has nowhere to tell it. */
  #timed(statement: Database.Statement): Database.Statement {
    if (this.memory) return statement;
    const tell = slowStatementTeller(this.name, statement.source, this.#slowAfterMs);
    for (const name of ['run', 'get', 'all'] as const) {
      const execute = statement[name].bind(statement) as (...values: unknown[]) => never;
      statement[name] = (...values: unknown[]) => {
        const startMs = performance.now();
        try {
          return execute(...values);
        } finally {
          tell(performance.now() - startMs);
        }
      };
    }
    return statement;
  }
}
