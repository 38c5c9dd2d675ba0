/**
 * The search index. It is derived, so there are no migrations: one of another version is emptied.
 *
 * An entry of each of the three full-text tables has the rowid `session_key << 31 | n`: a session's entries are one
 * range of rowids, the newest session's are the last, and ranges are all it takes to search or to drop a session.
 * Of events and code blocks `n` is the event's id less the session's first one; of lines it counts them, from 0.
 *
 * The tables hold words and their places, no texts: those are read back from the store and from the recording. Lines
 * that do not stand there just so (screens, colours) are kept, compressed, with their passage.
 */
export const searchSchema = `
CREATE TABLE progress (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  -- Of the store that it was made from.
  origin TEXT NOT NULL,
  last_event_id INTEGER NOT NULL,
  last_reindex_id INTEGER NOT NULL,
  -- All sessions with a smaller key are wholly read.
  first_unread_key INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  session_key INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  first_event_id INTEGER,
  lines INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  is_read INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_unread ON sessions (session_key) WHERE is_read = 0;

CREATE TABLE passages (
  first_row INTEGER PRIMARY KEY,
  from_stderr INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  -- Deflated JSON, [[offset, text], …]; null where the lines stand in the recording just so.
  packed BLOB
) STRICT;

CREATE VIRTUAL TABLE event_texts USING fts5(text, content='', contentless_delete=1);
CREATE VIRTUAL TABLE code_texts USING fts5(text, content='', contentless_delete=1);
CREATE VIRTUAL TABLE line_texts USING fts5(text, content='', contentless_delete=1);
`;

/** To be raised with every change of the schema, or of what is put into it. */
export const searchSchemaVersion = 1;

/** "Rids" */
export const searchApplicationId = 0x52696473;

/** The session's key in a rowid is what is left when it is divided by this. */
export const keyFactor = 2 ** 31;

export const keyOf = (rowid: number) => Math.floor(rowid / keyFactor);

/** SQL for what a session's rowids have in common; `key` is an expression. */
export const rowsOf = (key: string) => `rowid >= (${key} << 31) AND rowid < ((${key} + 1) << 31)`;

/**
 * What of a text is searched and shown. In JSON a line feed is `\n`, and would become part of the word behind it.
 * Its length stays.
 */
export function searchable(text: string): string {
  return text.startsWith('{') ? text.replace(/\\[nrt]/g, '  ') : text;
}
