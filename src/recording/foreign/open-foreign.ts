import { type Result, fail, ok } from '../../domain/result.ts';
import type { Fault, ForeignRecording } from './foreign-recording.ts';
import { jsonObject } from './json-object.ts';
import { isAsciicast, readAsciicast } from './read-asciicast.ts';
import { readJsonLines } from './read-json-lines.ts';
import { readPlainLog } from './read-plain-log.ts';
import { isScriptLog, readScriptLog } from './read-script-log.ts';
import { isScriptTiming } from './script-timing.ts';
import type { SourceFile } from './source-file.ts';

/** Recognises what a file is by how it begins. What has a timing is a log of `script`. */
export function openForeign(file: SourceFile, timing: SourceFile | undefined): Result<ForeignRecording, Fault> {
  const firstLine = firstLineOf(file);
  if (isAsciicast(firstLine)) {
    if (timing === undefined) return readAsciicast(file, firstLine);
    return fail({ place: timing.path, message: 'is a timing, which an asciicast does not take' });
  }
  if (timing !== undefined || isScriptLog(firstLine)) return readScriptLog(file, timing);
  return ok(jsonObject(firstLine) === undefined ? readPlainLog(file) : readJsonLines(file));
}

/** Whether the file is no recording but the timing of one. */
export function isTiming(file: SourceFile): boolean {
  return isScriptTiming(firstLineOf(file));
}

function firstLineOf(file: SourceFile): string {
  const [first] = file.lines();
  return first?.bytes.toString().trimEnd() ?? '';
}
