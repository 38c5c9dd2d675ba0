import type { z } from 'zod';
import { nearestWord } from './nearest-word.ts';
import {
  eachSchema,
  messageSchema,
  packSchema,
  patternSchema,
  questionSchema,
  sectionSchema,
  textSchema,
} from './pack-schema.ts';
import type { Place, YamlPlaces } from './yaml-places.ts';

/** Puts what zod has to say into words for who wrote the file, at the place that is meant. */
export function schemaComplaints(
  error: z.ZodError,
  raw: unknown,
  places: YamlPlaces,
  complain: (place: Place, message: string) => void,
): void {
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const meant = nearestWord(key, keysAt(issue.path));
        const hint = meant === undefined ? '' : `: did you mean \`${meant}\`?`;
        complain(places.ofKey([...issue.path, key]), `unknown key \`${key}\`${hint}`);
      }
      continue;
    }
    complain(places.ofValue(issue.path), messageOf(issue, valueAt(raw, issue.path)));
  }
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  const name = nameOf(issue.path);
  if (value === undefined && issue.path.length > 0) return `${name} is missing`;
  if (issue.code === 'invalid_type') {
    const quotes = issue.expected === 'string' && typeof value !== 'object' ? ': put it in quotes' : '';
    return `${name} must be of type ${issue.expected}${quotes}`;
  }
  if (issue.code === 'invalid_value') {
    const meant = typeof value === 'string' ? nearestWord(value, issue.values.map(String)) : undefined;
    const hint = meant === undefined ? '' : `: did you mean \`${meant}\`?`;
    return `${name} must be one of ${issue.values.map((each) => `\`${String(each)}\``).join(', ')}${hint}`;
  }
  return `${name}: ${issue.message}`;
}

function nameOf(path: readonly PropertyKey[]): string {
  const key = path.findLast((part) => typeof part === 'string');
  return key === undefined ? 'the file' : `\`${key}\``;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

const schemas: Record<string, { shape: object }> = {
  patterns: patternSchema,
  sections: sectionSchema,
  messages: messageSchema,
  questions: questionSchema,
};

function keysAt(path: readonly PropertyKey[]): string[] {
  switch (path.length > 2 ? path.at(-1) : undefined) {
    case 'examples':
      return ['match', 'no_match'];
    case 'text':
      return Object.keys(textSchema.shape);
    case 'each':
      return Object.keys(eachSchema.shape);
    default:
      return Object.keys((schemas[String(path[0])] ?? packSchema).shape);
  }
}
