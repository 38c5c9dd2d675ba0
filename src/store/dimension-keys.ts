import type Database from 'better-sqlite3';
import type { Event } from '../domain/event.ts';

type PatternValues = [pattern: string, type: string, risk: string, autoConfirmable: number];

type KnownPattern = Pick<Event, 'type' | 'risk' | 'autoConfirmable'> & { readonly key: number };

/**
 * The integer keys of agents and patterns, given out on first use.
 *
 * They are remembered; {@link DimensionKeys.forget} must be called when a transaction is rolled back,
 * because the rows of keys given out in it are gone.
 */
export class DimensionKeys {
  readonly #agents = new Map<string, number>();
  /** By name, which has one key nearly always. */
  readonly #patterns = new Map<string, readonly KnownPattern[]>();
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
    const known = this.#agents.get(name);
    if (known !== undefined) return known;
    this.#addAgent.run(name);
    const key = given(name, this.#findAgent.get(name));
    this.#agents.set(name, key);
    return key;
  }

  pattern({ pattern, type, risk, autoConfirmable }: Event): number {
    // Asked for each event: one text made of all four would take longer than all else that is done here.
    const named = this.#patterns.get(pattern) ?? [];
    const known = named.find(
      (each) => each.type === type && each.risk === risk && each.autoConfirmable === autoConfirmable,
    );
    if (known !== undefined) return known.key;
    const values: PatternValues = [pattern, type, risk, Number(autoConfirmable)];
    this.#addPattern.run(...values);
    const key = given(pattern, this.#findPattern.get(...values));
    this.#patterns.set(pattern, [...named, { type, risk, autoConfirmable, key }]);
    return key;
  }

  forget(): void {
    this.#agents.clear();
    this.#patterns.clear();
  }
}

function given(name: string, row: { key: number } | undefined): number {
  if (row === undefined) throw new Error(`no key was given to ${name}`);
  return row.key;
}
