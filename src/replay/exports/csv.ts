import type { ExportSource } from '../../domain/export.ts';
import { printable } from '../../domain/printable.ts';
import type { EventRow } from '../../domain/rows.ts';

const columns = [
  'id',
  'timestamp',
  'event_type',
  'pattern',
  'risk_level',
  'matched_value',
  'original_line',
  'stream',
  'line_number',
  'byte_offset',
  'code_block_language',
  'auto_confirmable',
  'metadata_json',
] as const satisfies readonly (keyof EventRow)[];

/** The events as RFC 4180 has it: CRLF, quotes doubled. No cell is a formula to a spreadsheet. */
export async function* csv({ moments }: ExportSource): AsyncGenerator<string> {
  yield `time_us,${columns.join(',')}\r\n`;
  for await (const moment of moments(['extraction'])) {
    if (moment.kind !== 'extraction') continue;
    const cells = [moment.timeUs, ...columns.map((column) => moment.row[column])];
    yield `${cells.map(cell).join(',')}\r\n`;
  }
}

/** What spreadsheets take for the beginning of a formula (OWASP, CSV injection). */
const formula = /^[\s]*[=+\-@|%]|^[\t\r]/;

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = printable(value);
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
