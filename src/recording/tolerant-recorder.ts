import {
  type Mark,
  type Moment,
  type RecordingPosition,
  recordingStart,
  type Stream,
  streams,
} from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { type ReadChunk, type Recorder, createRecorder } from './recorder.ts';

/** A recorder that goes on when the disk refuses: what it cannot record is counted, and marked when it can again. */
export interface TolerantRecorder {
  /** @returns the chunks that were recorded, all of them or none, behind marks of what could not be before */
  record(chunks: readonly ReadChunk[]): readonly Moment[];
  /**
   * Counts bytes that were never handed over.
   *
   * @returns the marks that were recorded
   */
  miss(stream: Stream, bytes: number, timeUs: number): readonly Mark[];
  /** @returns the mark, if it was recorded */
  mark(mark: Mark): readonly Mark[];
  readonly position: RecordingPosition;
  readonly gapBytes: Readonly<Record<Stream, number>>;
}

export function createTolerantRecorder(options: {
  readonly folder: RecordingFolder;
  readonly streams: readonly Stream[];
  /** Called at the first refusal after each success. */
  readonly onRefusal: (why: string) => void;
}): TolerantRecorder {
  const gapBytes: Record<Stream, number> = { stdout: 0, stderr: 0 };
  const unmarked: Record<Stream, number> = { stdout: 0, stderr: 0 };
  let recorder: Recorder | undefined;
  let isRefusing = false;

  /** Whether the disk took it. */
  function attempt(write: (recorder: Recorder) => void): boolean {
    try {
      recorder ??= createRecorder(options.folder, options.streams);
      write(recorder);
      isRefusing = false;
      return true;
    } catch (error) {
      if (!isRefusing) options.onRefusal(error instanceof Error ? error.message : String(error));
      isRefusing = true;
      return false;
    }
  }

  function miss(stream: Stream, bytes: number) {
    gapBytes[stream] += bytes;
    unmarked[stream] += bytes;
  }

  function markGaps(target: Recorder, timeUs: number, marks: (Mark | Moment)[]) {
    for (const stream of streams) {
      if (unmarked[stream] === 0) continue;
      marks.push(target.mark({ kind: 'gap', stream, length: unmarked[stream], timeUs }));
      unmarked[stream] = 0;
    }
  }

  // The files are there from the start, also of a child that says nothing.
  attempt(() => undefined);

  return {
    gapBytes,
    get position() {
      return recorder?.position ?? recordingStart;
    },
    record(chunks) {
      const recorded: Moment[] = [];
      const isRecorded = attempt((target) => {
        markGaps(target, chunks[0]?.timeUs ?? 0, recorded);
        recorded.push(...target.append(chunks));
      });
      if (!isRecorded) for (const { stream, bytes } of chunks) miss(stream, bytes.length);
      return recorded;
    },
    miss(stream, bytes, timeUs) {
      const marks: Mark[] = [];
      miss(stream, bytes);
      attempt((target) => markGaps(target, timeUs, marks));
      return marks;
    },
    mark(mark) {
      let recorded: readonly Mark[] = [];
      attempt((target) => (recorded = [target.mark(mark)]));
      return recorded;
    },
  };
}
