/** How many secrets were masked in each session, by the rule that found them; never the secrets. */
export const redactions = `
CREATE TABLE redactions (
  session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  rule TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (session_key, rule)
) STRICT, WITHOUT ROWID;

CREATE VIEW session_redactions AS
SELECT a.name AS agent_name, s.session_id, r.rule, r.count
FROM redactions r
JOIN sessions s ON s.key = r.session_key
JOIN agents a ON a.key = s.agent_key;
`;
