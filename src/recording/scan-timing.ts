import type { RecordingPosition } from '../domain/chunk.ts';
import type { RecordingFolder } from './folder.ts';
import { inRecordedFile } from './recorded-file.ts';
import { parseTiming } from './timing.ts';

/** How far the recording had come by some moment. */
export interface Recorded extends RecordingPosition {
  /** The sizes that the terminal has taken, in order, each with the bytes of stdout before it. */
  readonly resizes: readonly Resize[];
}

export interface Resize {
  readonly columns: number;
  readonly rows: number;
  readonly offset: number;
}

const code = (character: string) => character.charCodeAt(0);
const [lineFeed, space, dot, zero, nine] = [code('\n'), code(' '), code('.'), code('0'), code('9')];
const [stdout, stderr] = [code('O'), code('E')];

/**
 * What was recorded by `untilUs`, in microseconds since the session started. Reads the timing byte by byte:
 * an hour has some hundred thousand lines, and somebody waits.
 */
export function scanTiming({ timing }: RecordingFolder, untilUs: number): Recorded {
  const bytes = inRecordedFile(timing, (file) => file.read(0, file.size())) ?? Buffer.alloc(0);
  const resizes: Resize[] = [];
  const offsets = { stdout: 0, stderr: 0 };
  let timingOffset = 0;
  let timeUs = 0;
  let place = 0;

  /** The digits from `place` on, as a number; `place` is behind them then. */
  function number(): number {
    let value = 0;
    for (let digit = bytes[place]; digit !== undefined && digit >= zero && digit <= nine; digit = bytes[++place]) {
      value = value * 10 + digit - zero;
    }
    return value;
  }

  while (timingOffset < bytes.length) {
    const type = bytes[timingOffset];
    place = timingOffset + 2;
    const seconds = number();
    if (bytes[place] !== dot) break;
    place += 1;
    const nextUs = timeUs + seconds * 1_000_000 + number();
    if (bytes[place] !== space || nextUs > untilUs) break;
    place += 1;
    if (type === stdout || type === stderr) {
      const length = number();
      // As for the reader: garbage, or a line that is not whole, is the end.
      if (bytes[place] !== lineFeed) break;
      offsets[type === stdout ? 'stdout' : 'stderr'] += length;
    } else {
      const end = bytes.indexOf(lineFeed, place);
      if (end === -1) break;
      const entry = parseTiming(bytes.toString('latin1', timingOffset, end), timeUs);
      if (entry?.kind === 'resize') resizes.push({ columns: entry.columns, rows: entry.rows, offset: offsets.stdout });
      place = end;
    }
    timeUs = nextUs;
    timingOffset = place + 1;
  }
  return { timingOffset, offsets, timeUs, resizes };
}
