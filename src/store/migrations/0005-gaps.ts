/**
 * Bytes that could not be recorded, as the recordings mark them. Their ids are
 * out of the events' sequence, so that the feed tells of them in its order.
 */
export const gaps = `
CREATE TABLE gaps (
  id INTEGER PRIMARY KEY,
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  time_us INTEGER NOT NULL,
  from_stderr INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  UNIQUE (session_key, time_us, from_stderr, byte_offset)
) STRICT;

CREATE VIEW recording_gaps AS
SELECT
  g.id,
  a.name AS agent_name,
  s.session_id,
  strftime('%Y-%m-%dT%H:%M:%S', g.time_us / 1000000, 'unixepoch')
    || printf('.%03dZ', g.time_us / 1000 % 1000) AS timestamp,
  iif(g.from_stderr, 'stderr', 'stdout') AS stream,
  g.byte_offset,
  g.bytes
FROM gaps g
JOIN sessions s ON s.key = g.session_key
JOIN agents a ON a.key = s.agent_key;
`;
