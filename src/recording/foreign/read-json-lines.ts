import { type ForeignEntry, type ForeignRecording, longestSeconds } from './foreign-recording.ts';
import { jsonObject } from './json-object.ts';
import type { SourceFile } from './source-file.ts';

/** A transcript tells early when it begins. */
const linesSearched = 100;

/** Reads JSON objects, one per line, such as the transcripts that agents keep: the lines are the output. */
export function readJsonLines(file: SourceFile): ForeignRecording {
  const startedAtMs = firstTime(file);
  return {
    format: 'jsonl',
    isTerminal: false,
    startedAtMs,
    command: undefined,
    size: undefined,
    entries: entriesOf(file, startedAtMs),
  };
}

function firstTime(file: SourceFile): number | undefined {
  for (const { number, bytes } of file.lines()) {
    const time = timeIn(bytes);
    if (time !== undefined || number === linesSearched) return time;
  }
  return undefined;
}

function* entriesOf(file: SourceFile, startedAtMs: number | undefined): Generator<ForeignEntry> {
  let timeUs = 0;
  for (const { bytes } of file.lines()) {
    const sinceStartMs = startedAtMs === undefined ? undefined : (timeIn(bytes) ?? startedAtMs) - startedAtMs;
    // A line without a time, or out of order, came when the line before it came.
    if (sinceStartMs !== undefined && sinceStartMs / 1000 <= longestSeconds) {
      timeUs = Math.max(timeUs, Math.round(sinceStartMs * 1000));
    }
    yield { kind: 'output', timeUs, bytes };
  }
}

/** Milliseconds since the epoch in the field `timestamp`: ISO 8601, or a number of milliseconds. */
function timeIn(line: Buffer): number | undefined {
  const timestamp = jsonObject(line.toString())?.['timestamp'];
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number(timestamp ?? Number.NaN);
  return Number.isFinite(time) && time > 0 ? time : undefined;
}
