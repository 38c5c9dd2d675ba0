import { printableLine } from '../../domain/printable.ts';
import type { Column } from './column.ts';
import { textWidth } from './text-width.ts';

/** Rows as aligned text for a pipe: a line of headings, no borders, no colour, nothing cut. */
export function plain<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ header }) => header.toUpperCase()),
    ...rows.map((row) => columns.map(({ value }) => printableLine(value(row)))),
  ];
  const widths = columns.map((_, index) =>
    lines.reduce((width, cells) => Math.max(width, textWidth(cells[index] ?? '')), 0),
  );
  return lines.map((cells) => `${alignedLine(cells, columns, widths)}\n`).join('');
}

function alignedLine<Row>(
  cells: readonly string[],
  columns: readonly Column<Row>[],
  widths: readonly number[],
): string {
  return cells
    .map((cell, index) => {
      const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - textWidth(cell)));
      return columns[index]?.align === 'right' ? padding + cell : cell + padding;
    })
    .join('  ')
    .trimEnd();
}
