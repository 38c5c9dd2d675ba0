import type Database from 'better-sqlite3';

/**
 * Gives out ids from the sequence of the events', which orders all that the feed tells.
 * To be called in the transaction that uses the id: ids then grow in the order of commits.
 */
export function feedIds(database: Database.Database): () => number {
  const next = database
    .prepare<[], number>("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' RETURNING seq")
    .pluck();
  return () => {
    const id = next.get();
    if (id === undefined) throw new Error('the sequence of the feed is gone');
    return id;
  };
}
