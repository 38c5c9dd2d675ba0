import { type Stream, streams } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { inRecordedFile, type RecordedFile } from './recorded-file.ts';
import { parseTiming } from './timing.ts';

/** What a recording's files say of each other. */
export interface InspectedRecording {
  /** Bytes that are there; undefined of a stream that was not recorded. */
  readonly recorded: Readonly<Record<Stream, number | undefined>>;
  /** Bytes that have a time. */
  readonly timed: Readonly<Record<Stream, number>>;
  /** Bytes that could not be recorded, as far as that is marked. */
  readonly gapBytes: number;
  /** The timing's byte from which on it tells nothing; undefined where all of it does. */
  readonly timingEndsAt: number | undefined;
}

const pieceBytes = 1024 * 1024;

/** Reads all of the timing and nothing of the streams but their sizes, and the heads of what is packed. Throws as {@link inRecordedFile}. */
export function inspectRecording(folder: RecordingFolder): InspectedRecording {
  const timed: Record<Stream, number> = { stdout: 0, stderr: 0 };
  const recorded: Record<Stream, number | undefined> = { stdout: undefined, stderr: undefined };
  for (const stream of streams) recorded[stream] = inRecordedFile(folder.streams[stream], (file) => file.size());
  let gapBytes = 0;
  const timingEndsAt = inRecordedFile(folder.timing, (file) => {
    let timeUs = 0;
    let at = 0;
    for (const line of linesOf(file)) {
      const entry = parseTiming(line, timeUs);
      if (entry === undefined) return at;
      ({ timeUs } = entry);
      at += line.length + 1;
      if (entry.kind === 'chunk') timed[entry.stream] += entry.length;
      else if (entry.kind === 'gap') gapBytes += entry.length;
    }
    return at === file.size() ? undefined : at;
  });
  return { recorded, timed, gapBytes, timingEndsAt };
}

/** Those that are whole. */
function* linesOf(file: RecordedFile): Generator<string> {
  let rest = '';
  for (let offset = 0; ; ) {
    const piece = file.read(offset, pieceBytes);
    if (piece.length === 0) return;
    offset += piece.length;
    const lines = (rest + piece.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
