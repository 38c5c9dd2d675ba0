import { searchable } from './schema.ts';

/** What of an event is searched: its line, which most often has its value in it. */
export function textOfEvent(value: string, line: string): string {
  return searchable(line.includes(value) ? line : line === '' ? value : `${value}\n${line}`);
}
