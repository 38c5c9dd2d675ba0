/**
 * The first schema.
 *
 * What repeats in millions of rows (agent, pattern, session) is an integer key;
 * the views below carry the public names and columns. Times are microseconds
 * since the epoch, UTC.
 *
 * Tallies count the events per session and pattern and tell the last one's id.
 * With them the newest events of a session, agent, type, pattern or risk are
 * found by merging a few ranges of one index, and statistics need no scan.
 */
export const tables = `
CREATE TABLE agents (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE patterns (
  key INTEGER PRIMARY KEY,
  pattern TEXT NOT NULL,
  event_type TEXT NOT NULL,
  risk_level TEXT NOT NULL,
  auto_confirmable INTEGER NOT NULL CHECK (auto_confirmable IN (0, 1)),
  UNIQUE (pattern, event_type, risk_level, auto_confirmable)
) STRICT;

CREATE TABLE sessions (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL COLLATE NOCASE UNIQUE,
  agent_key INTEGER NOT NULL REFERENCES agents (key),
  environment TEXT NOT NULL DEFAULT 'local',
  started_us INTEGER NOT NULL,
  ended_us INTEGER,
  exit_code INTEGER,
  exit_signal TEXT,
  state TEXT NOT NULL DEFAULT 'starting',
  lines INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  feedback_outcomes INTEGER NOT NULL DEFAULT 0,
  stdout_log_path TEXT NOT NULL,
  stderr_log_path TEXT,
  packs_json TEXT NOT NULL,
  environment_config_version TEXT NOT NULL DEFAULT '',
  command_json TEXT NOT NULL,
  working_directory TEXT NOT NULL,
  git_branch TEXT,
  git_commit TEXT,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  mode TEXT NOT NULL,
  parent_session_id TEXT,
  checkpoint_stdout INTEGER NOT NULL DEFAULT 0,
  checkpoint_stderr INTEGER NOT NULL DEFAULT 0,
  gap_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_by_start ON sessions (started_us);
CREATE INDEX sessions_by_agent ON sessions (agent_key, started_us, state);
CREATE INDEX sessions_running ON sessions (started_us) WHERE ended_us IS NULL;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  pattern_key INTEGER NOT NULL REFERENCES patterns (key),
  time_us INTEGER NOT NULL,
  from_stderr INTEGER NOT NULL CHECK (from_stderr IN (0, 1)),
  byte_offset INTEGER NOT NULL,
  line_number INTEGER NOT NULL,
  matched_value TEXT NOT NULL,
  original_line TEXT NOT NULL,
  metadata_json TEXT
) STRICT;
CREATE INDEX events_by_session_and_pattern ON events (session_key, pattern_key);
CREATE INDEX events_by_time ON events (time_us);

CREATE TABLE session_tallies (
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  pattern_key INTEGER NOT NULL REFERENCES patterns (key),
  agent_key INTEGER NOT NULL REFERENCES agents (key),
  events INTEGER NOT NULL,
  last_event_id INTEGER NOT NULL,
  last_time_us INTEGER NOT NULL,
  PRIMARY KEY (session_key, pattern_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_tallies_by_agent_and_pattern ON session_tallies (agent_key, pattern_key, last_event_id);

-- last_event_id and last_time_us stay when the session they came from is deleted.
CREATE TABLE agent_tallies (
  agent_key INTEGER NOT NULL REFERENCES agents (key),
  pattern_key INTEGER NOT NULL REFERENCES patterns (key),
  events INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  last_event_id INTEGER NOT NULL,
  last_time_us INTEGER NOT NULL,
  PRIMARY KEY (agent_key, pattern_key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER session_tally_added AFTER INSERT ON session_tallies BEGIN
  INSERT INTO agent_tallies VALUES (new.agent_key, new.pattern_key, new.events, 1, new.last_event_id, new.last_time_us)
  ON CONFLICT DO UPDATE SET
    events = events + excluded.events,
    sessions = sessions + 1,
    last_event_id = max(last_event_id, excluded.last_event_id),
    last_time_us = max(last_time_us, excluded.last_time_us);
END;
CREATE TRIGGER session_tally_changed AFTER UPDATE ON session_tallies BEGIN
  UPDATE agent_tallies SET
    events = events + new.events - old.events,
    last_event_id = max(last_event_id, new.last_event_id),
    last_time_us = max(last_time_us, new.last_time_us)
  WHERE agent_key = new.agent_key AND pattern_key = new.pattern_key;
END;
CREATE TRIGGER session_tally_deleted AFTER DELETE ON session_tallies BEGIN
  UPDATE agent_tallies SET events = events - old.events, sessions = sessions - 1
  WHERE agent_key = old.agent_key AND pattern_key = old.pattern_key;
  DELETE FROM agent_tallies
  WHERE agent_key = old.agent_key AND pattern_key = old.pattern_key AND sessions = 0;
END;

CREATE TABLE code_block_contents (
  key INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  content TEXT NOT NULL
) STRICT;

CREATE TABLE code_block_occurrences (
  event_id INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  content_key INTEGER NOT NULL REFERENCES code_block_contents (key),
  language TEXT NOT NULL,
  line_start INTEGER NOT NULL,
  line_end INTEGER NOT NULL,
  closed INTEGER NOT NULL CHECK (closed IN (0, 1))
) STRICT;
CREATE INDEX code_block_occurrences_by_session ON code_block_occurrences (session_key);
CREATE INDEX code_block_occurrences_by_content ON code_block_occurrences (content_key);

-- What nobody refers to any more must not outlive the sessions that printed it.
CREATE TRIGGER code_block_occurrence_deleted AFTER DELETE ON code_block_occurrences BEGIN
  DELETE FROM code_block_contents
  WHERE key = old.content_key
    AND NOT EXISTS (SELECT 1 FROM code_block_occurrences WHERE content_key = old.content_key);
END;

CREATE TABLE state_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  time_us INTEGER NOT NULL,
  state TEXT NOT NULL,
  exit_code INTEGER,
  metadata_json TEXT,
  UNIQUE (session_key, time_us, state)
) STRICT;

CREATE VIEW process_sessions AS
SELECT
  s.key AS id,
  a.name AS agent_name,
  s.session_id,
  s.environment,
  strftime('%Y-%m-%dT%H:%M:%S', s.started_us / 1000000, 'unixepoch')
    || printf('.%03dZ', s.started_us / 1000 % 1000) AS started_at,
  strftime('%Y-%m-%dT%H:%M:%S', s.ended_us / 1000000, 'unixepoch')
    || printf('.%03dZ', s.ended_us / 1000 % 1000) AS ended_at,
  s.exit_code,
  s.exit_signal,
  s.lines AS total_lines_processed,
  s.events AS total_extraction_events,
  s.feedback_outcomes AS total_feedback_outcomes,
  s.stdout_log_path,
  s.stderr_log_path,
  s.packs_json AS extraction_config_version,
  s.environment_config_version,
  s.command_json,
  s.working_directory,
  s.git_branch,
  s.git_commit,
  s.host,
  s.pid,
  s.mode,
  s.parent_session_id,
  s.checkpoint_stdout,
  s.checkpoint_stderr,
  s.gap_bytes,
  s.state
FROM sessions s
JOIN agents a ON a.key = s.agent_key;

CREATE VIEW extraction_events AS
SELECT
  e.id,
  a.name AS agent_name,
  s.session_id,
  strftime('%Y-%m-%dT%H:%M:%S', e.time_us / 1000000, 'unixepoch')
    || printf('.%06dZ', e.time_us % 1000000) AS timestamp,
  p.event_type,
  p.pattern,
  e.matched_value,
  e.original_line,
  e.line_number,
  e.metadata_json,
  o.language AS code_block_language,
  p.risk_level,
  p.auto_confirmable,
  iif(e.from_stderr, 'stderr', 'stdout') AS stream,
  e.byte_offset
FROM events e
JOIN sessions s ON s.key = e.session_key
JOIN agents a ON a.key = s.agent_key
JOIN patterns p ON p.key = e.pattern_key
LEFT JOIN code_block_occurrences o ON o.event_id = e.id;

CREATE VIEW code_blocks AS
SELECT
  o.event_id AS id,
  a.name AS agent_name,
  s.session_id,
  strftime('%Y-%m-%dT%H:%M:%S', e.time_us / 1000000, 'unixepoch')
    || printf('.%06dZ', e.time_us % 1000000) AS timestamp,
  o.language,
  c.content,
  o.line_start,
  o.line_end,
  e.metadata_json AS context_json,
  o.closed AS parseable,
  lower(hex(c.digest)) AS digest
FROM code_block_occurrences o
JOIN events e ON e.id = o.event_id
JOIN sessions s ON s.key = o.session_key
JOIN agents a ON a.key = s.agent_key
JOIN code_block_contents c ON c.key = o.content_key;

CREATE VIEW process_state_changes AS
SELECT
  c.id,
  s.session_id,
  strftime('%Y-%m-%dT%H:%M:%S', c.time_us / 1000000, 'unixepoch')
    || printf('.%03dZ', c.time_us / 1000 % 1000) AS timestamp,
  c.state,
  c.exit_code,
  c.metadata_json
FROM state_changes c
JOIN sessions s ON s.key = c.session_key;
`;
