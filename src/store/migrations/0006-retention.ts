/**
 * What is known of the recordings of sessions that ended, so that nobody has to go through all of their files to
 * tell how much there is.
 *
 * `bytes` is what it takes on the disk; `arrived_us` when it was complete here, which for an imported session is
 * later than its end; `pruned_us` when it was deleted although the session's events stay.
 */
export const retention = `
CREATE TABLE recordings (
  session_key INTEGER PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
  bytes INTEGER NOT NULL,
  arrived_us INTEGER NOT NULL,
  packed INTEGER NOT NULL DEFAULT 0 CHECK (packed IN (0, 1)),
  pruned_us INTEGER
) STRICT;
`;
