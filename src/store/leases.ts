import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import type { LeaseClaim, LeaseHolder, Leases } from '../domain/named-lease.ts';
import { ok, type Result } from '../domain/result.ts';
import type { NamedLease } from '../domain/session.ts';
import { Current } from './current.ts';
import { attempt } from './database-failure.ts';
import { openDatabase } from './open-database.ts';
import { workFor } from './slow-statements.ts';

interface LeaseRow {
  readonly token: number;
  /** Null when nobody holds it. */
  readonly holder_json: string | null;
  readonly taken_us: number;
  readonly expires_ms: number;
}

interface Own {
  readonly name: string;
  readonly token: number;
  readonly session: string;
}

/** True of the row while the session has the lease. After a rebuild of the database tokens begin anew, sessions don't. */
const isOwn = 'name = :name AND token = :token AND session_id = :session';

/** How long a call waits for another process's lock: there is more to do than to wait. */
const lockPatienceMs = 1_000;

/** Whether a session has a lease, to be asked within the transaction that depends on it. */
export function leaseCheck(database: Database.Database): (lease: NamedLease, sessionId: string) => boolean {
  const find = database.prepare<[Own], number>(`SELECT 1 FROM leases WHERE ${isOwn}`).pluck();
  return ({ name, token }, session) => find.get({ name, token, session }) !== undefined;
}

/**
 * The leases in the database, which is opened anew when another one has taken its place.
 *
 * @param isOver whether somebody who took a lease holds it no more, though he did not give it back
 */
export function openLeases(path: string, isOver: (holder: LeaseHolder) => boolean): Result<Leases, Failure> {
  const current = new Current(path, (file) => {
    const opened = openDatabase(file);
    if (!opened.ok) return opened;
    return attempt(file, () => {
      opened.value.pragma(`busy_timeout = ${lockPatienceMs}`);
      return ok(new SqliteLeases(opened.value, isOver));
    });
  });
  const inCurrent = <Value>(action: (leases: SqliteLeases) => Value): Result<Value, Failure> => {
    const leases = current.get();
    return leases.ok ? attempt(path, () => ok(action(leases.value))) : leases;
  };
  const opened = current.get();
  if (!opened.ok) return opened;
  return ok({
    take: (name, claim, expiresMs) => inCurrent((leases) => leases.take(name, claim, expiresMs)),
    renew: (lease, sessionId, expiresMs) => inCurrent((leases) => leases.renew(lease, sessionId, expiresMs)),
    release: (lease, sessionId) => inCurrent((leases) => leases.release(lease, sessionId)),
    close: () => current.close(),
  });
}

class SqliteLeases {
  readonly #database: Database.Database;
  readonly #isOver: (holder: LeaseHolder) => boolean;
  readonly #find: Database.Statement<[string], LeaseRow>;
  readonly #take: Database.Statement<[Record<string, string | number>], number>;
  readonly #renew: Database.Statement<[Own & { expiresMs: number }]>;
  readonly #release: Database.Statement<[Own]>;

  constructor(database: Database.Database, isOver: (holder: LeaseHolder) => boolean) {
    this.#database = database;
    this.#isOver = isOver;
    this.#find = database.prepare('SELECT token, holder_json, taken_us, expires_ms FROM leases WHERE name = ?');
    this.#take = database
      .prepare<[Record<string, string | number>], number>(
        `INSERT INTO leases (name, token, session_id, holder_json, taken_us, expires_ms)
         VALUES (:name, 1, :session, :holder, :takenUs, :expiresMs)
         ON CONFLICT DO UPDATE SET token = token + 1, session_id = excluded.session_id,
           holder_json = excluded.holder_json, taken_us = excluded.taken_us, expires_ms = excluded.expires_ms
         RETURNING token`,
      )
      .pluck();
    this.#renew = database.prepare(`UPDATE leases SET expires_ms = :expiresMs WHERE ${isOwn}`);
    this.#release = database.prepare(`UPDATE leases SET session_id = NULL, holder_json = NULL WHERE ${isOwn}`);
  }

  take(name: string, claim: LeaseClaim, expiresMs: number): { taken: NamedLease } | { heldBy: LeaseHolder } {
    workFor(claim.sessionId);
    // Who only waits takes no lock from those who write.
    const seen = this.#holderOf(name);
    if (seen !== undefined) return { heldBy: seen };
    const takeLocked = this.#database.transaction(() => {
      const heldBy = this.#holderOf(name);
      if (heldBy !== undefined) return { heldBy };
      const token = this.#take.get({
        name,
        session: claim.sessionId,
        holder: JSON.stringify(claim),
        takenUs: Date.now() * 1000,
        expiresMs,
      });
      if (token === undefined) throw new Error('a lease was taken, but not told');
      return { taken: { name, token } };
    });
    return takeLocked.immediate();
  }

  renew({ name, token }: NamedLease, session: string, expiresMs: number): boolean {
    return this.#renew.run({ name, token, session, expiresMs }).changes > 0;
  }

  release({ name, token }: NamedLease, session: string): boolean {
    return this.#release.run({ name, token, session }).changes > 0;
  }

  close(): void {
    this.#database.close();
  }

  /** Undefined when it may be taken. */
  #holderOf(name: string): LeaseHolder | undefined {
    const row = this.#find.get(name);
    if (row === undefined || row.holder_json === null) return undefined;
    const holder: LeaseHolder = {
      ...(JSON.parse(row.holder_json) as LeaseClaim),
      takenAt: new Date(row.taken_us / 1000).toISOString(),
      expiresMs: row.expires_ms,
    };
    return this.#isOver(holder) ? undefined : holder;
  }
}
