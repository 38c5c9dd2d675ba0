/** Something that holds items with ids: a session's events of one pattern, or an agent's sessions of one pattern. */
export interface Source {
  /** No item in it has a greater id. */
  readonly last_event_id: number;
}

/**
 * The `limit` items with the greatest ids out of many sources, the greatest first.
 *
 * Reads only what can still be among them, so the cost grows with `limit`, not with what the sources hold.
 *
 * @param sources by `last_event_id`, the greatest first
 * @param read up to `limit` of a source's items whose id is greater than `after`, the greatest first
 */
export function newest<From extends Source, Item>(
  sources: readonly From[],
  limit: number,
  idOf: (item: Item) => number,
  read: (source: From, after: number) => readonly Item[],
): Item[] {
  let found: Item[] = [];
  let after = 0;
  for (const source of sources) {
    if (source.last_event_id <= after) break;
    const items = read(source, after);
    if (items.length === 0) continue;
    found = [...found, ...items].sort((one, other) => idOf(other) - idOf(one)).slice(0, limit);
    const last = found.at(-1);
    if (found.length === limit && last !== undefined) after = idOf(last);
  }
  return found;
}
