import { type Result, fail, ok } from '../../domain/result.ts';
import {
  type Fault,
  type ForeignEntry,
  type ForeignRecording,
  isPlausible,
  longestSeconds,
  type TerminalSize,
} from './foreign-recording.ts';
import { type JsonObject, isObject, jsonObject, jsonValue } from './json-object.ts';
import type { SourceFile, SourceLine } from './source-file.ts';

/** Whether the file's first line is the header of an asciicast, of whatever version. */
export function isAsciicast(firstLine: string): boolean {
  const header = jsonObject(firstLine);
  return header !== undefined && typeof header['version'] === 'number' && ('width' in header || 'term' in header);
}

/** Reads asciicast v2 and v3 (docs.asciinema.org/manual/asciicast). */
export function readAsciicast(file: SourceFile, firstLine: string): Result<ForeignRecording, Fault> {
  const header = jsonObject(firstLine) ?? {};
  const { version, timestamp, command } = header;
  if (version !== 2 && version !== 3) {
    return fault(
      `asciicast version ${String(version)} cannot be read, only 2 and 3; \`asciinema convert\` writes those`,
    );
  }
  const size = sizeIn(header, version);
  if (size === undefined) return fault('the header of the asciicast tells no size that a terminal may have');
  return ok({
    format: 'asciicast',
    isTerminal: true,
    startedAtMs: typeof timestamp === 'number' && timestamp > 0 ? timestamp * 1000 : undefined,
    command: typeof command === 'string' ? command : undefined,
    size,
    entries: entriesOf(file, version),
  });

  function fault(message: string) {
    return fail({ place: `${file.path}:1`, message });
  }
}

function sizeIn(header: JsonObject, version: 2 | 3): TerminalSize | undefined {
  const term = isObject(header['term']) ? header['term'] : {};
  const [columns, rows] = version === 2 ? [header['width'], header['height']] : [term['cols'], term['rows']];
  const size = { columns: Number(columns), rows: Number(rows) };
  return typeof columns === 'number' && typeof rows === 'number' && isPlausible(size) ? size : undefined;
}

type CastEvent = readonly [time: number, code: string, data: string];

function* entriesOf(file: SourceFile, version: 2 | 3): Generator<ForeignEntry> {
  let seconds = 0;
  for (const line of file.lines()) {
    const text = line.bytes.toString().trim();
    if (line.number === 1 || text === '' || (version === 3 && text.startsWith('#'))) continue;
    const event = eventIn(text);
    // Times are since the start in version 2, since the event before in version 3.
    if (event !== undefined) seconds = version === 2 ? event[0] : seconds + event[0];
    if (event === undefined || seconds > longestSeconds) {
      yield unreadable(file, line);
      return;
    }
    const entry = entryOf(event, Math.round(seconds * 1_000_000));
    if (entry !== undefined) yield entry;
  }
}

function eventIn(text: string): CastEvent | undefined {
  const value = jsonValue(text);
  if (!Array.isArray(value) || value.length < 3) return undefined;
  const [time, code, data] = value as readonly unknown[];
  const isEvent = typeof time === 'number' && time >= 0 && typeof code === 'string' && typeof data === 'string';
  return isEvent ? [time, code, data] : undefined;
}

function unreadable(file: SourceFile, line: SourceLine): ForeignEntry {
  const place = `${file.path}:${line.number}`;
  if (line.isLast) return { kind: 'cut', place };
  return { kind: 'fault', fault: { place, message: 'this is no event of an asciicast: [seconds, "code", "data"]' } };
}

/** Undefined for what is no output: input, which may be a password, markers, and what later versions may bring. */
function entryOf([, code, data]: CastEvent, timeUs: number): ForeignEntry | undefined {
  switch (code) {
    case 'o':
      return { kind: 'output', timeUs, bytes: Buffer.from(data) };
    case 'r': {
      const found = /^(\d+)x(\d+)$/.exec(data);
      const size = { columns: Number(found?.[1]), rows: Number(found?.[2]) };
      return isPlausible(size) ? { kind: 'resize', timeUs, ...size } : undefined;
    }
    case 'x':
      return { kind: 'end', timeUs, ...(/^\d{1,3}$/.test(data) && { exitCode: Number(data) }) };
    default:
      return undefined;
  }
}
