import { boundedRegex } from './bounded-regex.ts';
import { runnable } from './linear-regex.ts';
import { nearestWord } from './nearest-word.ts';
import { type PatternEntry, patternSchema, sectionSchema } from './pack-schema.ts';
import { regexError } from './regex-error.ts';
import type { Place, YamlPlaces } from './yaml-places.ts';

type Complain = (place: Place, message: string) => void;

/**
 * Checks what a schema cannot: regexes, examples, unique ids, sections.
 *
 * Whatever is well-formed in itself is checked, also when the rest of the file
 * is not, so that all complaints come at once.
 */
export function checkPack(raw: unknown, places: YamlPlaces, complain: Complain): void {
  const sections = itemsOf(raw, 'sections');
  const patterns = itemsOf(raw, 'patterns');
  uniqueIds('sections', sections, places, complain);
  uniqueIds('patterns', patterns, places, complain);
  const sectionIds = sections.map(idOf).filter((id) => id !== undefined);

  for (const [index, item] of sections.entries()) {
    const begin = sectionSchema.shape.begin.safeParse(fieldOf(item, 'begin'));
    if (begin.success) checkRegex(begin.data, '', ['sections', index, 'begin'], places, complain);
  }
  for (const [index, item] of patterns.entries()) checkPattern(item, index, sectionIds, places, complain);
}

function checkPattern(
  item: unknown,
  index: number,
  sectionIds: readonly string[],
  places: YamlPlaces,
  complain: Complain,
): void {
  const path = ['patterns', index];
  if (idOf(item) === 'code_block') {
    complain(
      places.ofValue([...path, 'id']),
      '`code_block` is the id of code blocks, which are found without a pattern',
    );
  }
  const section = fieldOf(item, 'section');
  if (typeof section === 'string' && !sectionIds.includes(section)) {
    const meant = nearestWord(section, sectionIds);
    const hint = meant === undefined ? 'declare it under `sections`' : `did you mean \`${meant}\`?`;
    complain(places.ofValue([...path, 'section']), `there is no section \`${section}\`: ${hint}`);
  }
  const regex = patternSchema.shape.regex.safeParse(fieldOf(item, 'regex'));
  const flags = patternSchema.shape.flags.safeParse(fieldOf(item, 'flags'));
  if (!regex.success || !flags.success) return;
  if (!checkRegex(regex.data, flags.data, [...path, 'regex'], places, complain)) return;
  const pattern = patternSchema.safeParse(item);
  if (pattern.success) checkExamples(pattern.data, path, places, complain);
}

/** False when the regex is invalid. */
function checkRegex(
  regex: string,
  flags: string,
  path: readonly PropertyKey[],
  places: YamlPlaces,
  complain: Complain,
): boolean {
  const error = regexError(regex, flags);
  if (error === undefined) return true;
  const { message, index } = error;
  complain(places.ofCharacter(path, index), `invalid regular expression, at its character ${index + 1}: ${message}`);
  return false;
}

function checkExamples(pattern: PatternEntry, path: readonly PropertyKey[], places: YamlPlaces, complain: Complain) {
  const regex = boundedRegex(pattern.regex, pattern.flags, runnable(pattern.regex, pattern.flags));
  const literals = pattern.literal?.map(foldAscii);
  for (const [index, example] of pattern.examples.match.entries()) {
    const place = places.ofValue([...path, 'examples', 'match', index]);
    const matches = regex.matchesOf(example);
    if (matches === 'took-too-long') {
      complain(place, `\`${pattern.id}\` takes too long on this example: ${tooLongHint}`);
    } else if (matches.length === 0) {
      complain(place, `\`${pattern.id}\` does not match this example, but must`);
    } else if (literals?.every((literal) => !foldAscii(example).includes(literal)) === true) {
      complain(place, `this example has none of the texts under \`literal\`, so its line would be passed over`);
    }
  }
  for (const [index, example] of pattern.examples.no_match.entries()) {
    const place = places.ofValue([...path, 'examples', 'no_match', index]);
    const matches = regex.matchesOf(example);
    if (matches === 'took-too-long') {
      complain(place, `\`${pattern.id}\` takes too long on this example: ${tooLongHint}`);
    } else if (matches.length > 0) {
      complain(place, `\`${pattern.id}\` matches this example, but must not`);
    }
  }
}

const tooLongHint = 'do without lookaround and back references, or without a repetition inside another';

const foldAscii = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function uniqueIds(list: string, items: readonly unknown[], places: YamlPlaces, complain: Complain): void {
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const id = idOf(item);
    if (id === undefined) continue;
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, index);
      continue;
    }
    const { line } = places.ofValue([list, first, 'id']);
    complain(places.ofValue([list, index, 'id']), `the id \`${id}\` is taken by line ${line}`);
  }
}

function itemsOf(raw: unknown, key: string): readonly unknown[] {
  const items = fieldOf(raw, key);
  return Array.isArray(items) ? items : [];
}

function idOf(item: unknown): string | undefined {
  const id = fieldOf(item, 'id');
  return typeof id === 'string' ? id : undefined;
}

function fieldOf(item: unknown, key: string): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, key) : undefined;
}
