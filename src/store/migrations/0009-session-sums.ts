const sumOf = (name: string) => {
  const value = `e.metadata_json, '$."${name}"'`;
  const number = `CAST(json_extract(${value}) AS REAL)`;
  return `sum(iif(p.event_type = 'metric' AND json_type(${value}) IN ('integer', 'real'), ${number}, NULL))`;
};

/** What the events tell that are there now; a check compares with it what is stored. Found by the tallies, as most events have nothing to add. */
export const sumsNow = `
SELECT
  t.session_key,
  count(*) AS events,
  ${sumOf('gen_ai.usage.input_tokens')} AS input_tokens,
  ${sumOf('gen_ai.usage.output_tokens')} AS output_tokens,
  ${sumOf('gen_ai.usage.cache_read.input_tokens')} AS cached_tokens,
  ${sumOf('gen_ai.usage.reasoning.output_tokens')} AS reasoning_tokens,
  ${sumOf('tokens')} AS tokens,
  ${sumOf('cost_usd')} AS cost_usd,
  ${sumOf('turns')} AS turns,
  count(iif(p.event_type = 'tool_use', 1, NULL))
    + count(DISTINCT iif(
        p.event_type = 'file_operation' AND e.metadata_json ->> '$."gen_ai.tool.name"' IS NOT NULL,
        coalesce(e.metadata_json ->> '$."gen_ai.tool.call.id"', e.id), NULL)) AS tool_calls
FROM session_tallies t
JOIN patterns p ON p.key = t.pattern_key
CROSS JOIN events e ON e.session_key = t.session_key AND e.pattern_key = t.pattern_key
WHERE p.event_type IN ('metric', 'tool_use', 'file_operation')
GROUP BY t.session_key`;

const ofFileOperations = `
FROM session_tallies t
JOIN patterns p ON p.key = t.pattern_key
CROSS JOIN events e ON e.session_key = t.session_key AND e.pattern_key = t.pattern_key
WHERE p.event_type = 'file_operation'`;

export const touchedFilesNow = `
SELECT t.session_key, e.metadata_json ->> '$.path' AS path, min(e.id) AS first_event_id
${ofFileOperations} AND json_type(e.metadata_json, '$.path') = 'text'
GROUP BY t.session_key, path`;

/** Fills the tables below, which must be empty, from the events. */
export const sumUpAll = `
INSERT INTO session_sums (session_key, events, input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens,
  cost_usd, turns, tool_calls) ${sumsNow};
INSERT INTO touched_files (session_key, path, first_event_id) ${touchedFilesNow};
INSERT INTO file_calls (session_key, call_id)
SELECT DISTINCT t.session_key, CAST(e.metadata_json ->> '$."gen_ai.tool.call.id"' AS TEXT) AS call_id
${ofFileOperations} AND e.metadata_json ->> '$."gen_ai.tool.name"' IS NOT NULL AND call_id IS NOT NULL;`;

/**
 * What each session used, the files it touched and the calls that touched them, kept up to date by each batch, so
 * that nobody has to go through a session's events to tell.
 *
 * They are those of the session and not of the events that are left of it: while it is being deleted, event by event,
 * they stay until it is gone. `events` is how many have been summed up, by which one that is being deleted can be told.
 * A session without events of these kinds has no row. A call that touches several files is one, and it may be told
 * of in more than one batch, so their ids are kept.
 */
export const sessionSums = `
CREATE TABLE session_sums (
  session_key INTEGER PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
  events INTEGER NOT NULL,
  input_tokens REAL,
  output_tokens REAL,
  cached_tokens REAL,
  reasoning_tokens REAL,
  tokens REAL,
  cost_usd REAL,
  turns REAL,
  tool_calls INTEGER NOT NULL
) STRICT;

CREATE TABLE touched_files (
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  path TEXT NOT NULL,
  first_event_id INTEGER NOT NULL,
  PRIMARY KEY (session_key, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE file_calls (
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  call_id TEXT NOT NULL,
  PRIMARY KEY (session_key, call_id)
) STRICT, WITHOUT ROWID;
${sumUpAll}
`;
