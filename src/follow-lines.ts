import { isChunk, type Moment, recordingStart } from './domain/chunk.ts';
import type { LineBlock } from './domain/line.ts';
import type { LogLine } from './domain/log-line.ts';
import type { Session } from './domain/session.ts';
import type { RecordingFolder } from './recording/folder.ts';
import { openRecordingReader } from './recording/reader.ts';
import { createSessionLines } from './session-lines.ts';

/** The lines of a recording that grows. */
export interface LineFollower {
  /**
   * Those of the next piece, and those that are settled on by now where there is none.
   *
   * @param nowUs on the recording's clock: until then nothing else will come
   * @returns undefined when nothing is recorded that was not read
   */
  next(nowUs: number): readonly LogLine[] | undefined;
  /** The rest of them, when the session has ended and all was read. */
  end(): readonly LogLine[];
  close(): void;
}

/** Read in one go. */
const pieceBytes = 256 * 1024;
/** Nearly always the end of the recording, which has little to it. */
const windowBytes = 64 * 1024;

const lineFeed = 0x0a;

/**
 * Follows a session's recording. All of it is read, since only so lines have their numbers and a screen what stands
 * on it, but only those are told that were settled on from `fromUs` on.
 *
 * @param masked takes secrets out of a line: they may have been recorded a moment ago, and not be scrubbed yet
 */
export function followLines(
  session: Session,
  folder: RecordingFolder,
  fromUs: number,
  masked: (text: string) => string,
): LineFollower {
  const reader = openRecordingReader(folder, recordingStart, windowBytes);
  const lines = createSessionLines(session, { onSignal: () => undefined, onScreen: () => undefined });
  const startedAtMs = Date.parse(session.startedAt);
  let lastUs = 0;
  let told: LogLine[] = [];

  function tell(blocks: readonly LineBlock[], knownUs: number) {
    if (knownUs >= fromUs) told.push(...blocks.flatMap(linesOf));
  }

  function linesOf({ bytes, stream, timeUs, offset, firstLine, lineOffsets }: LineBlock): LogLine[] {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found: LogLine[] = [];
    for (let start = 0, index = 0; start < text.length; index += 1) {
      const end = text.indexOf(lineFeed, start);
      found.push({
        type: 'log',
        timestamp: new Date(startedAtMs + timeUs / 1000).toISOString(),
        agent: session.agent,
        session_id: session.id,
        stream,
        line_number: firstLine + index,
        byte_offset: lineOffsets?.[index] ?? offset + start,
        text: masked(text.toString('utf8', start, end)),
      });
      start = end + 1;
    }
    return found;
  }

  /** What is settled on because time goes by. */
  function pass(untilUs: number) {
    for (let next = lines.nextUs; next !== undefined && next <= untilUs; next = lines.nextUs) {
      tell(lines.wait(next), next);
    }
    lastUs = Math.max(lastUs, untilUs);
  }

  function take(moment: Moment): number {
    pass(moment.timeUs);
    tell(lines.take(moment), moment.timeUs);
    return isChunk(moment) ? moment.bytes.length : 0;
  }

  function taken(): readonly LogLine[] {
    const news = told;
    told = [];
    return news;
  }

  return {
    next(nowUs) {
      const first = reader.next();
      if (first === undefined) {
        pass(nowUs);
        return told.length > 0 ? taken() : undefined;
      }
      for (
        let bytes = take(first), moment = bytes < pieceBytes ? reader.next() : undefined;
        moment !== undefined;
        moment = bytes < pieceBytes ? reader.next() : undefined
      ) {
        bytes += take(moment);
      }
      return taken();
    },
    end() {
      for (const chunk of reader.untimed()) take(chunk);
      tell(lines.end(lastUs), Infinity);
      return taken();
    },
    close: () => reader.close(),
  };
}
