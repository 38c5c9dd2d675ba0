import { Row } from './row.ts';
import type { CellLine, TerminalCore } from './terminal-internals.ts';

/** Reads rows of a terminal again and again; one that has not changed is the same object as before. */
export interface RowReader {
  /** To be called behind each write. */
  written(): void;
  /** To be called behind a change of size. */
  resized(): void;
  /** The rows of the active buffer from this one on; those above the screen for the last time. */
  read(start: number): Row[];
}

/** A row as it was read, and what it was read from: only the characters, not how they look. */
interface Reading {
  readonly line: CellLine;
  readonly characters: Uint32Array;
  row: Row;
}

const noRow = new Row('', false, false);

export function createRowReader(core: TerminalCore): RowReader {
  /** Of the screen, from top to bottom. */
  let readings: readonly (Reading | undefined)[] = [];
  /** Rows of the screen outside of these have not been written to, unless lines have moved. */
  let [firstDirty, lastDirty] = [Infinity, -Infinity];
  /** After some changes of size xterm shows one line in two places. */
  let areDistinct = true;

  function written(): void {
    const { start, end } = core._inputHandler._dirtyRowTracker;
    firstDirty = Math.min(firstDirty, start);
    lastDirty = Math.max(lastDirty, end);
  }

  return {
    written,
    resized() {
      [firstDirty, lastDirty] = [-Infinity, Infinity];
    },
    read(start) {
      // In the midst of a write.
      written();
      const { lines, ybase: screenTop } = core.buffer;
      const end = screenTop + core.rows;
      const isElsewhere = (reading: Reading | undefined, row: number) => reading?.line !== lines.get(start + row);
      const hasMoved = !areDistinct || start < screenTop || readings.some(isElsewhere);
      const moved = hasMoved ? byLine(readings) : undefined;
      const isDirty = (row: number) => hasMoved || (row >= firstDirty && row <= lastDirty);
      const rows: Row[] = [];
      const next: (Reading | undefined)[] = [];
      let line = lines.get(start);
      for (let y = start; y < end; y += 1) {
        const below = y + 1 < end ? lines.get(y + 1) : undefined;
        const goesOn = below?.isWrapped === true;
        const known = moved ? line && moved.get(line) : readings[y - start];
        const isAsBefore = known !== undefined && isAsRead(known, goesOn, isDirty(y - screenTop));
        const row = isAsBefore ? known.row : line ? readRow(line, goesOn) : noRow;
        rows.push(row);
        if (y >= screenTop) next.push(isAsBefore ? known : line && remember(line, row, known));
        line = below;
      }
      readings = next;
      if (hasMoved) areDistinct = new Set(readings.map((reading) => reading?.line)).size === readings.length;
      [firstDirty, lastDirty] = [Infinity, -Infinity];
      return rows;
    },
  };
}

function byLine(readings: readonly (Reading | undefined)[]): ReadonlyMap<CellLine, Reading> {
  const found = new Map<CellLine, Reading>();
  for (const reading of readings) if (reading) found.set(reading.line, reading);
  return found;
}

/** Of the three numbers that xterm keeps for each cell the first one tells the character, and how wide it is. */
const cellNumbers = 3;
/** Its bit for a cell with more than one code point, which stand elsewhere. */
const isCombined = 0x20_0000;
/** What stands above the code unit of a character that is one, or of a blank, and takes one column. */
const isSimple = 0x40;
const simpleShift = 16;
const blank = 0x20;

function isAsRead({ line, characters, row }: Reading, goesOn: boolean, isDirty: boolean): boolean {
  const { _data: data, length } = line;
  if (row.goesOn !== goesOn || row.isWrapped !== line.isWrapped || characters.length !== length) return false;
  if (!isDirty) return true;
  for (let column = 0; column < length; column += 1) {
    const character = data[column * cellNumbers] ?? 0;
    if (character !== characters[column] || (character & isCombined) !== 0) return false;
  }
  return true;
}

/** Takes the place of an earlier reading of the same line. */
function remember(line: CellLine, row: Row, before: Reading | undefined): Reading {
  const { _data: data, length } = line;
  const reading = before?.characters.length === length ? before : { line, characters: new Uint32Array(length), row };
  for (let column = 0; column < length; column += 1) reading.characters[column] = data[column * cellNumbers] ?? 0;
  reading.row = row;
  return reading;
}

function readRow(line: CellLine, goesOn: boolean): Row {
  const text = simpleText(line) ?? line.translateToString(!goesOn);
  return new Row(goesOn ? text : text.trimEnd(), line.isWrapped, goesOn);
}

const maxColumns = 4096;
const units = new Uint16Array(maxColumns);
const bytes = Buffer.alloc(maxColumns);

/** The text of a row in which each character is one code unit in one column; undefined for others. */
function simpleText({ _data: data, length }: CellLine): string | undefined {
  if (length > maxColumns) return undefined;
  let all = 0;
  for (let column = 0; column < length; column += 1) {
    const character = data[column * cellNumbers] ?? 0;
    if (character >>> simpleShift !== isSimple) return undefined;
    const unit = character & 0xffff || blank;
    all |= unit;
    units[column] = unit;
  }
  const text = units.subarray(0, length);
  if (all > 0xff) return Buffer.from(text.buffer, 0, text.byteLength).toString('utf16le');
  bytes.set(text);
  return bytes.toString('latin1', 0, length);
}
