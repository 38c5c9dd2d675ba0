import type { JsonValue } from '../../domain/json.ts';
import type { Detector } from './detector.ts';
import { maskBytes } from './mask.ts';
import { createPrivateKeyReader } from './private-keys.ts';
import { visibleTexts } from './visible-text.ts';

/** The text with its secrets masked; the same string where there are none. */
export function redactText(text: string, detector: Detector): string {
  if (text === '') return text;
  const bytes = Buffer.from(text);
  let hasChanged = false;
  for (const visible of visibleTexts(bytes)) {
    if (visible === undefined) continue;
    for (const { start, end, mask } of detector.findIn(visible.bytes, createPrivateKeyReader())) {
      for (const [from, to] of visible.sourceRanges(start, end)) {
        hasChanged = maskBytes(bytes, from, to, mask) || hasChanged;
      }
    }
  }
  return hasChanged ? bytes.toString() : text;
}

/** A command line with its secrets masked: an option tells of the word behind it. */
export function redactWords(words: readonly string[], detector: Detector): string[] {
  // A space would tear quoted words apart that have some.
  const redacted = Buffer.from(redactText(words.join(' '), detector));
  let at = 0;
  return words.map((word) => {
    const { length } = Buffer.from(word);
    at += length + 1;
    return redacted.toString('utf8', at - length - 1, at - 1);
  });
}

/** Any value with the secrets in its strings masked. */
export function redactValue<Value extends JsonValue>(value: Value, redact: (text: string) => string): Value;
export function redactValue(value: JsonValue, redact: (text: string) => string): JsonValue {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((each: JsonValue) => redactValue(each, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redactValue(each, redact)]));
}
