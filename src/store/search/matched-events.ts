import type Database from 'better-sqlite3';
import { EventQueries } from '../event-queries.ts';
import { microseconds } from '../microseconds.ts';
import type { Asked, Found } from './found.ts';
import { keyFactor, keyOf } from './schema.ts';
import { textOfEvent } from './text-of-event.ts';

const firstIdsSql = `
  SELECT session_key, first_event_id FROM sessions
  WHERE session_key IN (SELECT value FROM json_each(?)) AND first_event_id IS NOT NULL`;

const contentsSql = `
  SELECT o.event_id, c.content FROM json_each(?) asked
  CROSS JOIN code_block_occurrences o ON o.event_id = asked.value
  JOIN code_block_contents c ON c.key = o.content_key`;

/** The events, or code blocks, with these rowids that pass; those that are no longer stored are left out. */
export function* matchedEvents(
  kind: 'event' | 'code',
  rowids: readonly number[],
  { store, index, time, type }: Pick<Asked, 'store' | 'index' | 'time' | 'type'>,
): Generator<Found> {
  const ids = eventIds(index, rowids);
  const rows = new Map(new EventQueries(store).rows(ids).map((row) => [row.id, row]));
  const contents = new Map(kind === 'code' ? contentsOf(store, ids) : []);
  for (const id of ids) {
    const row = rows.get(id);
    const text = kind === 'code' ? contents.get(id) : row && textOfEvent(row.matched_value, row.original_line);
    if (row === undefined || text === undefined || (type !== undefined && row.event_type !== type)) continue;
    const timeUs = microseconds(row.timestamp) ?? 0;
    if (time !== undefined && (timeUs < time.sinceUs || timeUs >= time.untilUs)) continue;
    const { agent_name, session_id, timestamp, stream, line_number, byte_offset } = row;
    const { event_type, pattern, risk_level } = row;
    const place = { agent_name, session_id, timestamp, stream, line_number, byte_offset };
    yield { hit: { kind, ...place, event_id: id, event_type, pattern, risk_level }, text };
  }
}

function eventIds(index: Database.Database, rowids: readonly number[]): number[] {
  const keys = JSON.stringify([...new Set(rowids.map(keyOf))]);
  const firstIds = new Map(index.prepare<[string], [number, number]>(firstIdsSql).raw().all(keys));
  return rowids.map((rowid) => (firstIds.get(keyOf(rowid)) ?? 0) + (rowid % keyFactor));
}

function contentsOf(store: Database.Database, ids: readonly number[]): [number, string][] {
  return store.prepare<[string], [number, string]>(contentsSql).raw().all(JSON.stringify(ids));
}
