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

/** How often to see whether the files are still there. */
const lookIntervalMs = 1000;
/** So many marks wait for a disk that takes them. */
const mostWaiting = 32;

/** A recorder that goes on when the disk refuses: what it cannot record is counted, and marked when it can again. */
export interface TolerantRecorder {
  /** Makes the files, also of a child that says nothing, and anew where they were deleted. */
  begin(): void;
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
  /** Leaves the disk alone: bytes are counted, and told when something is recorded again. */
  pass(moment: ReadChunk | Mark): void;
  /** Whether there are files. */
  readonly hasBegun: boolean;
  readonly position: RecordingPosition;
  readonly gapBytes: Readonly<Record<Stream, number>>;
}

export function createTolerantRecorder(options: {
  readonly folder: RecordingFolder;
  readonly streams: readonly Stream[];
  /** Called at the first refusal after each success. */
  readonly onRefusal: (why: string) => void;
  /** Called before something is recorded in new files, because those that were there were deleted. */
  readonly onRenewal?: () => void;
  /** Called when the disk takes something again. */
  readonly onAcceptance?: () => void;
}): TolerantRecorder {
  const gapBytes: Record<Stream, number> = { stdout: 0, stderr: 0 };
  const unmarked: Record<Stream, number> = { stdout: 0, stderr: 0 };
  let waiting: Mark[] = [];
  let recorder: Recorder | undefined;
  let isRefusing = false;
  let lookedAtMs = performance.now();

  /** Whether the disk took it. */
  function attempt(write: (recorder: Recorder) => void): boolean {
    try {
      look();
      recorder ??= createRecorder(options.folder, options.streams);
      write(recorder);
      if (isRefusing) options.onAcceptance?.();
      isRefusing = false;
      return true;
    } catch (error) {
      if (!isRefusing) options.onRefusal(error instanceof Error ? error.message : String(error));
      isRefusing = true;
      return false;
    }
  }

  /** What was written to files that somebody has deleted is lost. */
  function look() {
    if (recorder === undefined || performance.now() - lookedAtMs < lookIntervalMs) return;
    lookedAtMs = performance.now();
    if (recorder.isThere) return;
    const { offsets } = recorder.position;
    recorder.close();
    for (const stream of streams) miss(stream, offsets[stream]);
    recorder = createRecorder(options.folder, options.streams);
    options.onRenewal?.();
  }

  function miss(stream: Stream, bytes: number) {
    gapBytes[stream] += bytes;
    unmarked[stream] += bytes;
  }

  function wait(mark: Mark) {
    if (mark.kind === 'resize') waiting = waiting.filter(({ kind }) => kind !== 'resize');
    if (mark.kind === 'resize' || mark.kind === 'control') waiting = [...waiting, mark].slice(-mostWaiting);
  }

  function markGaps(target: Recorder, timeUs: number, marks: (Mark | Moment)[]) {
    for (let mark = waiting[0]; mark !== undefined; mark = waiting[0]) {
      marks.push(target.mark(mark));
      waiting = waiting.slice(1);
    }
    for (const stream of streams) {
      if (unmarked[stream] === 0) continue;
      marks.push(target.mark({ kind: 'gap', stream, length: unmarked[stream], timeUs }));
      unmarked[stream] = 0;
    }
  }

  return {
    gapBytes,
    get hasBegun() {
      return recorder !== undefined;
    },
    get position() {
      return recorder?.position ?? recordingStart;
    },
    begin() {
      lookedAtMs = -Infinity;
      attempt(() => undefined);
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
      const recorded: Mark[] = [];
      const isRecorded = attempt((target) => {
        markGaps(target, mark.timeUs, recorded);
        recorded.push(target.mark(mark));
      });
      if (!isRecorded) wait(mark);
      return recorded;
    },
    pass(moment) {
      if ('bytes' in moment) miss(moment.stream, moment.bytes.length);
      else if (moment.kind === 'gap') miss(moment.stream, moment.length);
      else wait(moment);
    },
  };
}
