import type { SessionRow } from '../../domain/rows.ts';

/** The command as it would be typed into a shell; empty where it is not known. */
export function commandLine({ command_json }: SessionRow): string {
  const words = wordsIn(command_json);
  // What was imported has its command as it was typed.
  return words.length === 1 ? words.join('') : words.map(shellWord).join(' ');
}

function wordsIn(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
