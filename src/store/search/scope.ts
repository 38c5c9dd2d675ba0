import type Database from 'better-sqlite3';
import type { SearchFilter } from '../../domain/search.ts';
import type { TimeRange } from '../time-range.ts';

/** Where entries may be: in the sessions with keys from `first` to `last`, and only in those of `keys` if there are. */
export interface Scope {
  readonly first: number;
  readonly last: number;
  readonly keys: ReadonlySet<number> | undefined;
}

export const scopeSql = {
  ofSession: 'SELECT key FROM sessions WHERE session_id = :session',
  sessions: `
    SELECT s.key FROM sessions s JOIN agents a ON a.key = s.agent_key
    WHERE (:agent IS NULL OR a.name = :agent)
      AND s.started_us < :untilUs AND (s.ended_us IS NULL OR s.ended_us >= :sinceUs)
    ORDER BY s.key`,
} as const;

const everywhere: Scope = { first: 0, last: 2 ** 31 - 2, keys: undefined };

/** The sessions that a filter leaves; undefined for none. */
export function scopeOf(
  store: Database.Database,
  { session, agent }: Pick<SearchFilter, 'session' | 'agent'>,
  time: TimeRange | undefined,
): Scope | undefined {
  if (session === undefined && agent === undefined && time === undefined) return everywhere;
  const { sinceUs = 0, untilUs = Number.MAX_SAFE_INTEGER } = time ?? {};
  let keys = store
    .prepare<[{ agent: string | null; sinceUs: number; untilUs: number }], number>(scopeSql.sessions)
    .pluck()
    .all({ agent: agent ?? null, sinceUs, untilUs });
  if (session !== undefined) {
    const key = store.prepare<[{ session: string }], number>(scopeSql.ofSession).pluck().get({ session });
    keys = keys.filter((each) => each === key);
  }
  const [first] = keys;
  const last = keys.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { first, last, keys: last - first === keys.length - 1 ? undefined : new Set(keys) };
}
