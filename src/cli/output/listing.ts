import type { Terminal } from '../terminal.ts';
import type { Column } from './column.ts';
import { json } from './json.ts';
import { plain } from './plain.ts';
import { table } from './table.ts';

/** Rows as the reader wants them: JSON when asked for, a table on a terminal, plain text in a pipe. */
export function listing<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  form: { readonly json: boolean; readonly terminal: Terminal },
): string {
  if (form.json) return json(rows);
  if (rows.length === 0) return '';
  return form.terminal.isTerminal ? table(columns, rows, form.terminal) : plain(columns, rows);
}
