import type Database from 'better-sqlite3';
import type { Asked, Found } from './found.ts';
import { PassageTexts } from './passage-texts.ts';
import { keyOf, searchable } from './schema.ts';

const sessionsSql = `
  SELECT s.key, s.session_id, s.started_us, a.name AS agent_name FROM json_each(?) asked
  CROSS JOIN sessions s ON s.key = asked.value
  JOIN agents a ON a.key = s.agent_key`;

interface SessionOfLines {
  readonly key: number;
  readonly session_id: string;
  readonly started_us: number;
  readonly agent_name: string;
}

/** The lines with these rowids that pass; those that are no longer recorded are left out. */
export function* matchedLines(
  rowids: readonly number[],
  { store, index, read, time }: Pick<Asked, 'store' | 'index' | 'read' | 'time'>,
): Generator<Found> {
  const sessions = sessionsOf(store, rowids);
  const texts = new PassageTexts(index, read);
  for (const rowid of rowids) {
    const session = sessions.get(keyOf(rowid));
    const line = session && texts.line(rowid, session.session_id);
    if (session === undefined || line === undefined) continue;
    const timeUs = session.started_us + line.timeUs;
    if (time !== undefined && (timeUs < time.sinceUs || timeUs >= time.untilUs)) continue;
    const hit: Found['hit'] = {
      kind: 'line',
      agent_name: session.agent_name,
      session_id: session.session_id,
      timestamp: new Date(timeUs / 1000).toISOString(),
      stream: line.stream,
      line_number: line.lineNumber,
      byte_offset: line.offset,
      event_id: null,
      event_type: null,
      pattern: null,
      risk_level: null,
    };
    yield { hit, text: searchable(line.text) };
  }
}

function sessionsOf(store: Database.Database, rowids: readonly number[]): Map<number, SessionOfLines> {
  const keys = JSON.stringify([...new Set(rowids.map(keyOf))]);
  const rows = store.prepare<[string], SessionOfLines>(sessionsSql).all(keys);
  return new Map(rows.map((row) => [row.key, row]));
}
