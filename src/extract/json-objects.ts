import type { JsonValue } from '../domain/json.ts';
import { isObject, type JsonObject } from './fields.ts';

/** A place where an object might begin is tried only so often per line: each try may read the line to its end. */
const maxTries = 16;

/** What a line says, as far as it is JSON. */
export interface JsonLine {
  /** `whole` when the line is one object, `cut` when it begins one and does not end it. */
  readonly form: 'whole' | 'cut' | 'mixed' | 'none';
  /** The objects in it that are whole, from left to right. */
  readonly objects: readonly JsonObject[];
}

/** The line as one JSON object; undefined when it is none. */
export function parseObject(line: string): JsonObject | undefined {
  try {
    const value = JSON.parse(line) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a line begins as a JSON object does. */
export function beginsObject(line: string): boolean {
  return /^\s*\{\s*(?:"|\}|$)/.test(line);
}

/** Reads a line that may be a JSON object, a part of one, or one with something before or behind it. */
export function readJsonLine(line: string): JsonLine {
  const whole = parseObject(line);
  if (whole !== undefined) return { form: 'whole', objects: [whole] };
  const objects = objectsIn(line);
  if (!beginsObject(line)) return { form: objects.length > 0 ? 'mixed' : 'none', objects };
  return { form: objects.length > 0 ? 'mixed' : 'cut', objects };
}

function objectsIn(line: string): JsonObject[] {
  const objects: JsonObject[] = [];
  let tries = 0;
  for (let at = nextBeginning(line, 0); at !== -1 && tries < maxTries; ) {
    const end = endOfObject(line, at);
    const object = end === -1 ? undefined : parseObject(line.slice(at, end));
    if (object === undefined) tries += 1;
    else objects.push(object);
    at = nextBeginning(line, object === undefined ? at + 1 : end);
  }
  return objects;
}

/** Where the next object may begin that is no part of another one. */
function nextBeginning(line: string, from: number): number {
  for (let at = line.indexOf('{"', from); at !== -1; at = line.indexOf('{"', at + 1)) {
    if (!/[:,[]\s?$/.test(line.slice(Math.max(0, at - 2), at))) return at;
  }
  return -1;
}

/** The place behind the brace that closes the one at `start`; -1 when none does. */
function endOfObject(line: string, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length; at += 1) {
    const character = line[at];
    if (character === '"') {
      at = endOfString(line, at);
      if (at === -1) return -1;
    } else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function endOfString(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === '"') return at;
  }
  return -1;
}
