import type { Reindexed } from '../reindex.ts';
import type { Column } from './output/column.ts';

/** How many events of one pattern there were before, and are after. */
export interface PatternChange {
  readonly pattern: string;
  before: number;
  after: number;
  change: number;
}

export const changeColumns: Column<PatternChange>[] = [
  { header: 'pattern', value: (row) => row.pattern, shrinkTo: 12 },
  { header: 'before', value: (row) => String(row.before), align: 'right' },
  { header: 'after', value: (row) => String(row.after), align: 'right' },
  { header: 'change', value: (row) => (row.change > 0 ? `+${row.change}` : String(row.change)), align: 'right' },
];

/** Counts one more session in. */
export function addChanges(changes: Map<string, PatternChange>, { before, after }: Reindexed): void {
  for (const pattern of new Set([...before.keys(), ...after.keys()])) {
    const change = changes.get(pattern) ?? { pattern, before: 0, after: 0, change: 0 };
    change.before += before.get(pattern) ?? 0;
    change.after += after.get(pattern) ?? 0;
    change.change = change.after - change.before;
    changes.set(pattern, change);
  }
}
