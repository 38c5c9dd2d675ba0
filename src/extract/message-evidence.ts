import type { Dialect } from './message-rules.ts';

const COLON = 0x3a;
const QUOTE = 0x22;
const SPACE = 0x20;
/** Behind a longer value there is none of the values that tell messages apart. */
const maxValueLength = 64;

/**
 * Whether a line could hold a message that these dialects know, by a glance at its bytes: a stream of other JSON
 * is passed over by it, for the most part unparsed.
 */
export function messageEvidence(dialects: readonly Dialect[]): (line: Buffer) => boolean {
  const valuesOf = new Map<string, Set<string>>();
  for (const { evidence } of dialects) {
    if (evidence === undefined) return () => true;
    const values = valuesOf.get(evidence.field) ?? new Set();
    valuesOf.set(evidence.field, values);
    for (const value of evidence.values) values.add(value);
  }
  const fields = Array.from(valuesOf, ([field, values]) => ({ name: Buffer.from(`"${field}"`), values }));
  return (line) => fields.some(({ name, values }) => hasValue(line, name, values));
}

function hasValue(line: Buffer, name: Buffer, values: ReadonlySet<string>): boolean {
  for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + 1)) {
    let start = at + name.length;
    while (line[start] === SPACE || line[start] === COLON) start += 1;
    // A value that is cut off, as the line may be, could be any.
    if (start >= line.length) return true;
    if (line[start] !== QUOTE) continue;
    const end = line.indexOf(QUOTE, start + 1);
    if (end === -1) return true;
    if (end - start <= maxValueLength && values.has(line.toString('latin1', start + 1, end))) return true;
  }
  return false;
}
