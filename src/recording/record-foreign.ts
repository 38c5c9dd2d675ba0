import { type Result, fail, ok } from '../domain/result.ts';
import type { RecordingFolder } from './folder.ts';
import type { Fault, ForeignRecording } from './foreign/foreign-recording.ts';
import { type ReadChunk, createRecorder } from './recorder.ts';

/** How a foreign recording ended. */
export interface ForeignEnd {
  /** Microseconds between its start and its end. */
  readonly durationUs: number;
  /** Undefined where it does not tell. */
  readonly exitCode: number | undefined;
  /** The file, or its line, at which it was cut off; undefined where it is whole. */
  readonly cutAt: string | undefined;
}

/** Chunks are written as many at once. */
const chunksPerWrite = 512;

/** Records it as if its output had been read from a child. Throws, as the recorder does, when the disk refuses. */
export function recordForeign(recording: ForeignRecording, folder: RecordingFolder): Result<ForeignEnd, Fault> {
  const recorder = createRecorder(folder, ['stdout']);
  let waiting: ReadChunk[] = [];
  let durationUs = 0;
  let exitCode: number | undefined;
  let cutAt: string | undefined;
  const flush = () => {
    if (waiting.length > 0) recorder.append(waiting);
    waiting = [];
  };
  try {
    for (const entry of recording.entries) {
      if ('timeUs' in entry) durationUs = Math.max(durationUs, entry.timeUs);
      switch (entry.kind) {
        case 'output':
          waiting.push({ stream: 'stdout', bytes: entry.bytes, timeUs: entry.timeUs });
          if (waiting.length >= chunksPerWrite) flush();
          break;
        case 'resize':
          flush();
          recorder.mark(entry);
          break;
        case 'end':
          ({ exitCode } = entry);
          break;
        case 'cut':
          cutAt = entry.place;
          break;
        case 'fault':
          return fail(entry.fault);
      }
    }
    flush();
    return ok({ durationUs, exitCode, cutAt });
  } finally {
    recorder.close();
  }
}
