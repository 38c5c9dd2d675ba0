import type { JsonValue } from '../domain/json.ts';
import type { Pattern } from '../domain/pattern.ts';
import { boundedText } from './bounded-text.ts';
import { evaluate, pathsIn } from './fields.ts';

/** No leading zero, because then it is a name rather than a number; at most what a number holds exactly. */
const integer = /^(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})$/;

/**
 * The named groups that matched something, as an event's metadata.
 *
 * A plain decimal integer becomes a number, also with commas between thousands;
 * all else stays text. The group named `value` is the event's matched value
 * and does not stand here again. Groups that `metadata` reads stand under its
 * names only. Undefined when there is nothing to tell.
 */
export function matchMetadata(
  match: RegExpExecArray,
  metadata: Pattern['metadata'],
): Record<string, JsonValue> | undefined {
  if (match.groups === undefined && metadata === undefined) return undefined;
  const groups: Record<string, JsonValue> = {};
  // Groups that took no part are undefined, whatever the type says.
  for (const [name, text] of Object.entries<string | undefined>(match.groups ?? {})) {
    if (text === undefined || text === '') continue;
    groups[name] = integer.test(text) ? Number(text.replaceAll(',', '')) : boundedText(text);
  }
  const result = { ...groups };
  Reflect.deleteProperty(result, 'value');
  if (metadata !== undefined) {
    for (const name of Object.values(metadata).flatMap(pathsIn)) Reflect.deleteProperty(result, name);
    for (const [name, expression] of Object.entries(metadata)) {
      const value = evaluate(expression)({ element: groups, message: groups });
      if (value !== undefined) result[name] = value;
    }
  }
  return Object.keys(result).length === 0 ? undefined : result;
}
