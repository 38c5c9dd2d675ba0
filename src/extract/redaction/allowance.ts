import { boundedRegex } from '../bounded-regex.ts';

/** Whether one of these texts, whose characters are bytes of UTF-8, is to be left alone. */
export type Allowance = (...texts: readonly string[]) => boolean;

const asRegex = /^\/(.+)\/([iu]*)$/s;

/** Whether it can be an entry of the list: a value, or a regex that is one. */
export function isAllowanceEntry(entry: string): boolean {
  const [, source, flags] = asRegex.exec(entry) ?? [];
  if (source === undefined) return true;
  try {
    return new RegExp(source, flags).source !== '';
  } catch {
    return false;
  }
}

/** What is never masked: these values, or what these regexes, written `/…/`, match. */
export function allowance(allow: readonly string[]): Allowance {
  if (allow.length === 0) return () => false;
  const values = new Set<string>();
  const regexes = allow.flatMap((entry) => {
    const [, source, flags] = asRegex.exec(entry) ?? [];
    if (source !== undefined) return [boundedRegex(source, flags ?? '')];
    values.add(entry);
    return [];
  });
  return (...texts) =>
    texts.some((bytes) => {
      const text = Buffer.from(bytes, 'latin1').toString();
      return values.has(text) || regexes.some((regex) => regex.matchesOf(text).length > 0);
    });
}
