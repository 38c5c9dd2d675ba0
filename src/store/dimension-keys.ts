import type Database from 'better-sqlite3';
import type { Event } from '../domain/event.ts';

type PatternValues = [pattern: string, type: string, risk: string, autoConfirmable: number];

/**
 * The integer keys of agents and patterns, given out on first use.
 *
 * They are remembered; {@link DimensionKeys.forget} must be called when a transaction is rolled back,
 * because the rows of keys given out in it are gone.
 */
export class DimensionKeys {
  readonly #agents = new Map<string, number>();
  readonly #patterns = new Map<string, number>();
  readonly #addAgent: Database.Statement<[string]>;
  readonly #findAgent: Database.Statement<[string], { key: number }>;
  readonly #addPattern: Database.Statement<PatternValues>;
  readonly #findPattern: Database.Statement<PatternValues, { key: number }>;

  constructor(database: Database.Database) {
    this.#addAgent = database.prepare('INSERT INTO agents (name) VALUES (?) ON CONFLICT DO NOTHING');
    this.#findAgent = database.prepare('SELECT key FROM agents WHERE name = ?');
    this.#addPattern = database.prepare(
      `INSERT INTO patterns (pattern, event_type, risk_level, auto_confirmable) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#findPattern = database.prepare(
      'SELECT key FROM patterns WHERE pattern = ? AND event_type = ? AND risk_level = ? AND auto_confirmable = ?',
    );
  }

  agent(name: string): number {
    return remembered(this.#agents, name, () => {
      this.#addAgent.run(name);
      return this.#findAgent.get(name);
    });
  }

  pattern(event: Event): number {
    const values: PatternValues = [event.pattern, event.type, event.risk, Number(event.autoConfirmable)];
    return remembered(this.#patterns, values.join('\0'), () => {
      this.#addPattern.run(...values);
      return this.#findPattern.get(...values);
    });
  }

  forget(): void {
    this.#agents.clear();
    this.#patterns.clear();
  }
}

function remembered(keys: Map<string, number>, name: string, give: () => { key: number } | undefined): number {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const row = give();
  if (row === undefined) throw new Error(`no key was given to ${name}`);
  keys.set(name, row.key);
  return row.key;
}
