import { inflateRawSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { Stream } from '../../domain/chunk.ts';
import { keyFactor } from './schema.ts';

/** Reads a part of a recording; undefined when it is not there any more. */
export type ReadRecorded = (sessionId: string, stream: Stream, offset: number, bytes: number) => Uint8Array | undefined;

export interface RecordedLine {
  readonly stream: Stream;
  readonly lineNumber: number;
  readonly offset: number;
  /** Microseconds since the session started. */
  readonly timeUs: number;
  readonly text: string;
}

interface PassageRow {
  readonly first_row: number;
  readonly from_stderr: number;
  readonly first_line: number;
  readonly time_us: number;
  readonly byte_offset: number;
  readonly bytes: number;
  readonly packed: Buffer | null;
}

interface Unpacked {
  readonly row: PassageRow;
  readonly lines: readonly (readonly [offset: number, text: string])[];
}

/** Reads lines back by their rowids. Those of one passage are best asked for one after the other. */
export class PassageTexts {
  readonly #find: Database.Statement<[number, number], PassageRow>;
  readonly #read: ReadRecorded;
  #last: Unpacked | undefined;

  constructor(index: Database.Database, read: ReadRecorded) {
    this.#find = index.prepare(
      'SELECT * FROM passages WHERE first_row <= ((? << 31) | ?) ORDER BY first_row DESC LIMIT 1',
    );
    this.#read = read;
  }

  line(rowid: number, sessionId: string): RecordedLine | undefined {
    const passage = this.#passageOf(rowid, sessionId);
    const nth = rowid - (passage?.row.first_row ?? 0);
    const line = passage?.lines[nth];
    if (passage === undefined || line === undefined) return undefined;
    const { from_stderr, first_line, time_us } = passage.row;
    return {
      stream: from_stderr === 1 ? 'stderr' : 'stdout',
      lineNumber: first_line + nth,
      timeUs: time_us,
      offset: line[0],
      text: line[1],
    };
  }

  #passageOf(rowid: number, sessionId: string): Unpacked | undefined {
    const known = this.#last;
    if (known && rowid >= known.row.first_row && rowid < known.row.first_row + known.lines.length) return known;
    const row = this.#find.get(Math.floor(rowid / keyFactor), rowid % keyFactor);
    this.#last = row && { row, lines: this.#linesOf(row, sessionId) };
    return this.#last;
  }

  #linesOf(row: PassageRow, sessionId: string): Unpacked['lines'] {
    if (row.packed !== null) return JSON.parse(inflateRawSync(row.packed).toString()) as [number, string][];
    const stream = row.from_stderr === 1 ? 'stderr' : 'stdout';
    const read = this.#read(sessionId, stream, row.byte_offset, row.bytes);
    return read === undefined ? [] : linesIn(Buffer.from(read.buffer, read.byteOffset, read.length), row.byte_offset);
  }
}

function linesIn(bytes: Buffer, offset: number): [number, string][] {
  const lines: [number, string][] = [];
  for (let start = 0; start < bytes.length; ) {
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed === -1 ? bytes.length : lineFeed;
    lines.push([offset + start, bytes.toString('utf8', start, end)]);
    start = end + 1;
  }
  return lines;
}
