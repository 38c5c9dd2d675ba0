import { boundedRegex } from './bounded-regex.ts';
import { pathsIn } from './fields.ts';
import { parseObject } from './json-objects.ts';
import { runnable } from './linear-regex.ts';
import { messageRule } from './message-rules.ts';
import { nearestWord } from './nearest-word.ts';
import { messageSchema, type PatternEntry, patternSchema, questionSchema, sectionSchema } from './pack-schema.ts';
import { regexError } from './regex-error.ts';
import { toMessage, toMetadata } from './to-message.ts';
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
  uniqueIds(['sections'], raw, places, complain);
  uniqueIds(['patterns', 'messages', 'questions'], raw, places, complain);
  const messages = itemsOf(raw, 'messages');
  const sectionIds = sections.map(idOf).filter((id) => id !== undefined);

  for (const [index, item] of sections.entries()) {
    const begin = sectionSchema.shape.begin.safeParse(fieldOf(item, 'begin'));
    if (!begin.success) continue;
    if (begin.data !== undefined) checkRegex(begin.data, '', ['sections', index, 'begin'], places, complain);
    else if (!messages.some((message) => fieldOf(fieldOf(message, 'text'), 'section') === idOf(item))) {
      complain(places.ofValue(['sections', index]), 'nothing begins this section: give it `begin`, or a message');
    }
  }
  for (const [index, item] of patterns.entries()) checkPattern(item, index, sectionIds, places, complain);
  for (const [index, item] of messages.entries()) checkMessage(item, index, sectionIds, places, complain);
  for (const [index, item] of itemsOf(raw, 'questions').entries()) checkQuestion(item, index, places, complain);
}

function checkPattern(
  item: unknown,
  index: number,
  sectionIds: readonly string[],
  places: YamlPlaces,
  complain: Complain,
): void {
  const path = ['patterns', index];
  checkId(item, path, places, complain);
  checkSection(fieldOf(item, 'section'), [...path, 'section'], sectionIds, places, complain);
  const regex = patternSchema.shape.regex.safeParse(fieldOf(item, 'regex'));
  const flags = patternSchema.shape.flags.safeParse(fieldOf(item, 'flags'));
  if (!regex.success || !flags.success) return;
  if (!checkRegex(regex.data, flags.data, [...path, 'regex'], places, complain)) return;
  const pattern = patternSchema.safeParse(item);
  if (!pattern.success) return;
  checkExamples(pattern.data, path, places, complain);
  const { stands, form, state } = pattern.data;
  if (stands === true && (form !== 'screen' || state !== 'working')) {
    complain(places.ofValue([...path, 'stands']), '`stands` is for patterns with `form: screen` and `state: working`');
  }
  const groups = namedGroups(pattern.data.regex, pattern.data.flags);
  for (const [name, expression] of Object.entries(toMetadata(pattern.data.metadata ?? {}))) {
    for (const group of pathsIn(expression)) {
      if (groups.includes(group)) continue;
      complain(places.ofValue([...path, 'metadata', name]), `the regular expression has no group named \`${group}\``);
    }
  }
}

/** Ids of events that are found without a pattern. */
const reservedIds: Readonly<Record<string, string>> = {
  code_block: 'code blocks',
  json_malformed: 'lines of a JSON stream that are no JSON',
  unknown_messages: 'messages that no rule knows',
};

function checkId(item: unknown, path: readonly PropertyKey[], places: YamlPlaces, complain: Complain): void {
  const id = idOf(item) ?? '';
  if (!Object.hasOwn(reservedIds, id)) return;
  complain(
    places.ofValue([...path, 'id']),
    `\`${id}\` is the id of ${reservedIds[id] ?? ''}, which are found without a pattern`,
  );
}

function checkSection(
  section: unknown,
  path: readonly PropertyKey[],
  sectionIds: readonly string[],
  places: YamlPlaces,
  complain: Complain,
): void {
  if (typeof section !== 'string' || sectionIds.includes(section)) return;
  const meant = nearestWord(section, sectionIds);
  const hint = meant === undefined ? 'declare it under `sections`' : `did you mean \`${meant}\`?`;
  complain(places.ofValue(path), `there is no section \`${section}\`: ${hint}`);
}

function checkMessage(
  item: unknown,
  index: number,
  sectionIds: readonly string[],
  places: YamlPlaces,
  complain: Complain,
): void {
  const path = ['messages', index];
  checkId(item, path, places, complain);
  checkSection(fieldOf(fieldOf(item, 'text'), 'section'), [...path, 'text', 'section'], sectionIds, places, complain);
  const entry = messageSchema.safeParse(item);
  if (!entry.success) return;
  const { id, examples, metadata, cumulative } = entry.data;
  for (const [at, name] of cumulative.entries()) {
    if (Object.hasOwn(metadata, name)) continue;
    complain(places.ofValue([...path, 'cumulative', at]), `there is no metadata named \`${name}\``);
  }
  const rule = messageRule(toMessage(entry.data));
  for (const [list, mustMatch] of [
    ['match', true],
    ['no_match', false],
  ] as const) {
    for (const [at, example] of examples[list].entries()) {
      const place = places.ofValue([...path, 'examples', list, at]);
      const message = parseObject(example);
      if (message === undefined) {
        complain(place, 'this example is no JSON object');
      } else if (rule.subjectsIn(message).length > 0 !== mustMatch) {
        complain(
          place,
          `\`${id}\` ${mustMatch ? 'does not match this example, but must' : 'matches this example, but must not'}`,
        );
      }
    }
  }
}

function checkQuestion(item: unknown, index: number, places: YamlPlaces, complain: Complain): void {
  const path = ['questions', index];
  checkId(item, path, places, complain);
  const regexes = ['question', 'option', 'command', 'refused'].map((key) => {
    const regex = fieldOf(item, key);
    return typeof regex !== 'string' || checkRegex(regex, '', [...path, key], places, complain);
  });
  const entry = questionSchema.safeParse(item);
  if (!entry.success || regexes.includes(false)) return;
  const { id, question, examples } = entry.data;
  checkExamples({ id, regex: question, flags: '', examples }, path, places, complain);
}

function namedGroups(regex: string, flags: string): string[] {
  return Object.keys(new RegExp(`${regex}|`, flags).exec('')?.groups ?? {});
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

function checkExamples(
  pattern: Pick<PatternEntry, 'id' | 'regex' | 'flags' | 'literal' | 'examples'>,
  path: readonly PropertyKey[],
  places: YamlPlaces,
  complain: Complain,
) {
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

/** Ids must be unique among the items of all these lists. */
function uniqueIds(lists: readonly string[], raw: unknown, places: YamlPlaces, complain: Complain): void {
  const seen = new Map<string, readonly PropertyKey[]>();
  for (const list of lists) {
    for (const [index, item] of itemsOf(raw, list).entries()) {
      const id = idOf(item);
      if (id === undefined) continue;
      const path = [list, index, 'id'];
      const first = seen.get(id);
      if (first === undefined) {
        seen.set(id, path);
        continue;
      }
      complain(places.ofValue(path), `the id \`${id}\` is taken by line ${places.ofValue(first).line}`);
    }
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
