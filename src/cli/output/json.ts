import { printableJson } from '../../domain/printable.ts';

/** One JSON document, harmless to a terminal. */
export function json(value: unknown): string {
  return `${printableJson(JSON.stringify(value, null, 2))}\n`;
}
