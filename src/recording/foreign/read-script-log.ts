import { basename } from 'node:path';
import { type Result, fail, ok } from '../../domain/result.ts';
import {
  type Fault,
  type ForeignEntry,
  type ForeignRecording,
  isPlausible,
  longestSeconds,
  type TerminalSize,
} from './foreign-recording.ts';
import { parseScriptTiming, timingHeaders } from './script-timing.ts';
import type { SourceFile } from './source-file.ts';

/** How a log of util-linux's `script` begins. */
export function isScriptLog(firstLine: string): boolean {
  return firstLine.startsWith('Script started on ');
}

/** Reads a log of `script` with its timing, classic or advanced; without timing all of it came at once. */
export function readScriptLog(log: SourceFile, timing: SourceFile | undefined): Result<ForeignRecording, Fault> {
  const frame = frameOf(log);
  const headers = timing === undefined ? new Map<string, string>() : timingHeaders(timing);
  const [input, output] = [headers.get('INPUT_LOG'), headers.get('OUTPUT_LOG')];
  if (input !== undefined && input !== output && (output === undefined || isNamed(log, input, output))) {
    return fail({ place: log.path, message: 'holds what was typed, which is not imported, and not what was printed' });
  }
  const start = headers.get('START_TIME') ?? /^Script started on ([^[\n]+)/.exec(frame.started)?.[1] ?? '';
  const startedAtMs = Date.parse(start.trim());
  return ok({
    format: 'script',
    isTerminal: true,
    startedAtMs: Number.isNaN(startedAtMs) ? undefined : startedAtMs,
    command: headers.get('COMMAND') ?? / \[.*?COMMAND="(.*?)"(?: [A-Z_]+=| <|\])/.exec(frame.started)?.[1],
    size:
      sizeOf(headers.get('COLUMNS'), headers.get('LINES')) ??
      sizeOf(/ COLUMNS="(\d+)"/.exec(frame.started)?.[1], / LINES="(\d+)"/.exec(frame.started)?.[1]),
    entries: timing === undefined ? untimedEntries(log, frame) : timedEntries(log, timing, frame, input === output),
  });
}

/** Whether the file is called as the input's log was and not as the output's. */
function isNamed(log: SourceFile, input: string, output: string): boolean {
  const name = basename(log.path);
  return name === basename(input) && name !== basename(output);
}

function sizeOf(columns: string | undefined, rows: string | undefined): TerminalSize | undefined {
  const size = { columns: Number(columns ?? 0), rows: Number(rows ?? 0) };
  return isPlausible(size) ? size : undefined;
}

/** What `script` writes around the output. */
interface Frame {
  /** The first line, if it is its: `Script started on …`. */
  readonly started: string;
  readonly start: number;
  readonly end: number;
  /** As its last line tells it. */
  readonly exitCode: number | undefined;
}

const lastLineBytes = 512;

function frameOf(log: SourceFile): Frame {
  const [first] = log.lines();
  const firstLine = first?.bytes.toString() ?? '';
  const started = isScriptLog(firstLine) ? firstLine : '';
  const start = started === '' ? 0 : (first?.bytes.length ?? 0);
  const tail = Buffer.concat([...log.blocks(Math.max(start, log.size - lastLineBytes))]);
  // One character is one byte here.
  const done = /\nScript done on [^\n]*\n?$/.exec(tail.toString('latin1'))?.[0] ?? '';
  const exitCode = / COMMAND_EXIT_CODE="(\d+)"|\[COMMAND_EXIT_CODE="(\d+)"/.exec(done);
  return {
    started,
    start,
    end: log.size - done.length,
    exitCode: exitCode === null ? undefined : Number(exitCode[1] ?? exitCode[2]),
  };
}

function* untimedEntries(log: SourceFile, { start, end, exitCode }: Frame): Generator<ForeignEntry> {
  for (const bytes of log.blocks(start, end)) yield { kind: 'output', timeUs: 0, bytes };
  if (exitCode !== undefined) yield { kind: 'end', timeUs: 0, exitCode };
}

function* timedEntries(
  log: SourceFile,
  timing: SourceFile,
  { start, exitCode }: Frame,
  /** `--log-io`: what was typed stands between what was printed. */
  hasInput: boolean,
): Generator<ForeignEntry> {
  let offset = start;
  let seconds = 0;
  let toldExitCode = exitCode;
  for (const line of timing.lines()) {
    const place = `${timing.path}:${line.number}`;
    const entry = parseScriptTiming(line.bytes.toString().trimEnd());
    if (entry === undefined || seconds + entry.seconds > longestSeconds) {
      if (line.isLast) yield { kind: 'cut', place };
      else yield { kind: 'fault', fault: { place, message: "this is no line of `script`'s timing" } };
      return;
    }
    seconds += entry.seconds;
    const timeUs = Math.round(seconds * 1_000_000);
    if (entry.kind === 'resize') {
      const { columns, rows } = entry;
      if (isPlausible(entry)) yield { kind: 'resize', timeUs, columns, rows };
    } else if (entry.kind === 'header') {
      if (entry.name === 'EXIT_CODE' && /^\d{1,3}$/.test(entry.value)) toldExitCode = Number(entry.value);
    } else if (entry.kind === 'bytes' && (entry.of === 'output' || hasInput)) {
      const end = offset + entry.length;
      if (entry.of === 'output') {
        for (const bytes of log.blocks(offset, Math.min(end, log.size))) yield { kind: 'output', timeUs, bytes };
      }
      offset = end;
      if (offset > log.size) {
        yield { kind: 'cut', place: log.path };
        return;
      }
    }
  }
  const timeUs = Math.round(seconds * 1_000_000);
  yield { kind: 'end', timeUs, ...(toldExitCode !== undefined && { exitCode: toldExitCode }) };
}
