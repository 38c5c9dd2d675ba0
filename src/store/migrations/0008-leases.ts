/**
 * Names that one wrapper holds at a time, and of each session the one that it ran under.
 *
 * A name that nobody holds keeps its row, with no holder: its token must only grow. `expires_ms` counts from the
 * machine's start, which `holder_json` names; `taken_us` is for people. A database into which an older backup was
 * restored has the table already (see `restore`).
 */
export const leases = `
CREATE TABLE IF NOT EXISTS leases (
  name TEXT PRIMARY KEY,
  token INTEGER NOT NULL,
  session_id TEXT,
  holder_json TEXT,
  taken_us INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE sessions ADD COLUMN lease_name TEXT;

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
  s.lease_name,
  s.checkpoint_stdout,
  s.checkpoint_stderr,
  s.gap_bytes,
  s.state
FROM sessions s
JOIN agents a ON a.key = s.agent_key;
`;
