/**
 * One order for all that happens.
 *
 * State changes and the ends of sessions take their ids from the same sequence
 * as events and reindexes do, in the same transaction: one number orders
 * everything as it was committed. What an older ridealong stored gets its place
 * behind the events that were there, in the order it had.
 */
export const feed = `
INSERT INTO sqlite_sequence (name, seq)
SELECT 'events', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'events');

CREATE TABLE placed_state_changes (
  id INTEGER PRIMARY KEY,
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  time_us INTEGER NOT NULL,
  state TEXT NOT NULL,
  exit_code INTEGER,
  metadata_json TEXT,
  UNIQUE (session_key, time_us, state)
) STRICT;
INSERT INTO placed_state_changes (id, session_key, time_us, state, exit_code, metadata_json)
SELECT
  row_number() OVER (ORDER BY id) + (SELECT seq FROM sqlite_sequence WHERE name = 'events'),
  session_key, time_us, state, exit_code, metadata_json
FROM state_changes;

DROP VIEW process_state_changes;
DROP TABLE state_changes;
ALTER TABLE placed_state_changes RENAME TO state_changes;
UPDATE sqlite_sequence SET seq = seq + (SELECT count(*) FROM state_changes) WHERE name = 'events';

-- The id of the session's end; null while it runs.
ALTER TABLE sessions ADD COLUMN end_id INTEGER;
UPDATE sessions SET end_id = placed.id
FROM (
  SELECT key, row_number() OVER (ORDER BY ended_us, key)
    + (SELECT seq FROM sqlite_sequence WHERE name = 'events') AS id
  FROM sessions WHERE ended_us IS NOT NULL
) placed
WHERE placed.key = sessions.key;
UPDATE sqlite_sequence SET seq = seq + (SELECT count(*) FROM sessions WHERE end_id IS NOT NULL) WHERE name = 'events';
CREATE UNIQUE INDEX sessions_by_end ON sessions (end_id) WHERE end_id IS NOT NULL;

CREATE INDEX code_block_occurrences_by_language ON code_block_occurrences (language);

CREATE VIEW process_state_changes AS
SELECT
  c.id,
  a.name AS agent_name,
  s.session_id,
  strftime('%Y-%m-%dT%H:%M:%S', c.time_us / 1000000, 'unixepoch')
    || printf('.%03dZ', c.time_us / 1000 % 1000) AS timestamp,
  c.state,
  c.exit_code,
  c.metadata_json
FROM state_changes c
JOIN sessions s ON s.key = c.session_key
JOIN agents a ON a.key = s.agent_key;

DROP VIEW session_reindexes;
CREATE VIEW session_reindexes AS
SELECT
  r.id,
  a.name AS agent_name,
  s.session_id,
  strftime('%Y-%m-%dT%H:%M:%S', r.time_us / 1000000, 'unixepoch')
    || printf('.%03dZ', r.time_us / 1000 % 1000) AS timestamp,
  r.replaced_events
FROM reindexes r
JOIN sessions s ON s.key = r.session_key
JOIN agents a ON a.key = s.agent_key;
`;
