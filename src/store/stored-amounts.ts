import type { Failure } from '../domain/failure.ts';
import { ok, type Result } from '../domain/result.ts';
import { attempt } from './database-failure.ts';
import { openDatabaseForReading } from './open-database.ts';

export interface Amount {
  /** What is counted together: an age, a type or a session. */
  readonly of: 'age' | 'type' | 'session';
  readonly name: string;
  readonly sessions: number;
  readonly events: number;
  /** What recordings take on the disk, as far as anybody has looked; null where they are not counted. */
  readonly recording_bytes: number | null;
}

const ages = `CASE
  WHEN s.started_us >= :now - 86400000000 THEN 'up to a day'
  WHEN s.started_us >= :now - 7 * 86400000000 THEN 'up to a week'
  WHEN s.started_us >= :now - 30 * 86400000000 THEN 'up to 30 days'
  ELSE 'older' END`;

const sql = {
  age: `
    SELECT 'age' AS "of", ${ages} AS name, count(*) AS sessions, sum(s.events) AS events, sum(r.bytes) AS recording_bytes
    FROM sessions s LEFT JOIN recordings r ON r.session_key = s.key GROUP BY name ORDER BY max(s.started_us) DESC`,
  type: `
    SELECT 'type' AS "of", p.event_type AS name, count(DISTINCT t.session_key) AS sessions, sum(t.events) AS events,
      NULL AS recording_bytes
    FROM session_tallies t JOIN patterns p ON p.key = t.pattern_key
    WHERE :now IS NOT NULL GROUP BY p.event_type ORDER BY events DESC`,
  session: `
    SELECT 'session' AS "of", s.session_id AS name, 1 AS sessions, s.events, r.bytes AS recording_bytes
    FROM sessions s LEFT JOIN recordings r ON r.session_key = s.key
    WHERE :now IS NOT NULL ORDER BY s.events DESC, s.key DESC LIMIT 10`,
} as const;

/** How much there is: by age, by type of event, and of the ten sessions with the most events. */
export function storedAmounts(path: string, nowMs: number): Result<Amount[], Failure> {
  const opened = openDatabaseForReading(path);
  if (!opened.ok) return opened;
  const database = opened.value;
  try {
    return attempt(path, () =>
      ok(
        [sql.age, sql.type, sql.session].flatMap((query) =>
          database.prepare<[{ now: number }], Amount>(query).all({ now: nowMs * 1000 }),
        ),
      ),
    );
  } finally {
    database.close();
  }
}
