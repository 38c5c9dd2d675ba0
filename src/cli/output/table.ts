import Table from 'cli-table3';
import picocolors from 'picocolors';
import { printableLine } from '../../domain/printable.ts';
import type { Column } from './column.ts';
import { cutToWidth, textWidth } from './text-width.ts';

interface Fitted<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  width: number;
}

/** Rows as a table with borders, no wider than the terminal where its columns can be cut or left out. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: { readonly columns: number; readonly colour: boolean },
): string {
  const colours = picocolors.createColors(terminal.colour);
  const fitted = fit(
    columns.map((column) => {
      const cells = rows.map((row) => printableLine(column.value(row)));
      return { column, cells, width: Math.max(...[column.header, ...cells].map(textWidth)) };
    }),
    terminal.columns,
  );
  const drawn = new Table({
    head: fitted.map(({ column, width }) => colours.bold(cutToWidth(column.header, width))),
    colAligns: fitted.map(({ column }) => column.align ?? 'left'),
    style: { head: [], border: terminal.colour ? ['gray'] : [], compact: true },
  });
  rows.forEach((row, index) => {
    drawn.push(
      fitted.map(({ column, cells, width }) => {
        const text = cutToWidth(cells[index] ?? '', width);
        return column.style?.(row, colours)?.(text) ?? text;
      }),
    );
  });
  return `${drawn.toString()}\n`;
}

/** Cuts what may be cut, evenly; leaves out what may be left out when that is not enough. */
function fit<Row>(natural: readonly Fitted<Row>[], available: number): Fitted<Row>[] {
  const fitted = natural.map((column) => ({ ...column }));
  // A space on either side of each cell, a border between and around.
  const excess = () => fitted.reduce((sum, { width }) => sum + width + 3, 1) - available;
  const leastWidth = ({ column, width }: Fitted<Row>) => Math.min(width, column.shrinkTo ?? width);
  const leastExcess = () => fitted.reduce((sum, each) => sum + leastWidth(each) + 3, 1) - available;

  while (leastExcess() > 0) {
    const [victim] = fitted
      .filter(({ column }) => column.dropOrder !== undefined)
      .sort((a, b) => (b.column.dropOrder ?? 0) - (a.column.dropOrder ?? 0));
    if (victim === undefined) break;
    fitted.splice(fitted.indexOf(victim), 1);
  }
  for (let left = excess(); left > 0; left = excess()) {
    const shrinkable = fitted.filter((each) => each.width > leastWidth(each));
    const widest = Math.max(...shrinkable.map(({ width }) => width));
    const victim = shrinkable.find(({ width }) => width === widest);
    if (victim === undefined) break;
    const next = Math.max(...fitted.filter((each) => each !== victim).map(({ width }) => width), leastWidth(victim));
    victim.width -= Math.min(left, Math.max(1, victim.width - next), victim.width - leastWidth(victim));
  }
  return fitted;
}
