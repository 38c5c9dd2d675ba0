/**
 * Sessions that were imported, and sessions that were extracted anew.
 *
 * A reindex takes its id from the same sequence as events do, in the same
 * transaction: after every event that it replaced and before every event that
 * it brought. Who reads events by id, from a cursor on, and reads these rows
 * along with them, learns of it in its place: all that he has of that session
 * is void, and what follows is the session anew. Each session's last one is
 * kept: those before it tell of events that are gone.
 */
export const reindexes = `
ALTER TABLE sessions ADD COLUMN imported_json TEXT;

CREATE TABLE reindexes (
  id INTEGER PRIMARY KEY,
  session_key INTEGER NOT NULL UNIQUE REFERENCES sessions (key) ON DELETE CASCADE,
  time_us INTEGER NOT NULL,
  replaced_events INTEGER NOT NULL
) STRICT;

CREATE VIEW session_reindexes AS
SELECT
  r.id,
  s.session_id,
  strftime('%Y-%m-%dT%H:%M:%S', r.time_us / 1000000, 'unixepoch')
    || printf('.%03dZ', r.time_us / 1000 % 1000) AS timestamp,
  r.replaced_events
FROM reindexes r
JOIN sessions s ON s.key = r.session_key;

DROP VIEW process_sessions;
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
  s.imported_json,
  s.checkpoint_stdout,
  s.checkpoint_stderr,
  s.gap_bytes,
  s.state
FROM sessions s
JOIN agents a ON a.key = s.agent_key;
`;
