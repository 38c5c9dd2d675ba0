import type { JsonValue } from '../domain/event.ts';
import { boundedText } from './bounded-text.ts';

/** No leading zero, because then it is a name rather than a number; at most what a number holds exactly. */
const integer = /^(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})$/;

/**
 * The named groups that matched something, as an event's metadata.
 *
 * A plain decimal integer becomes a number, also with commas between thousands;
 * all else stays text. The group named `value` is the event's matched value
 * and does not stand here again. Undefined when there is nothing to tell.
 */
export function matchMetadata(match: RegExpExecArray): Record<string, JsonValue> | undefined {
  let metadata: Record<string, JsonValue> | undefined;
  // Groups that took no part are undefined, whatever the type says.
  const groups: Readonly<Record<string, string | undefined>> = match.groups ?? {};
  for (const [name, text] of Object.entries(groups)) {
    if (text === undefined || text === '' || name === 'value') continue;
    metadata ??= {};
    metadata[name] = integer.test(text) ? Number(text.replaceAll(',', '')) : boundedText(text);
  }
  return metadata;
}
