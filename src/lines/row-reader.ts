import type { Terminal } from '@xterm/headless';
import { activeLines, type CellLine } from './terminal-internals.ts';

/** A row of cells, as text. One that has not changed is the same object as before. */
export interface Row {
  /** Without the blanks at its end, unless it goes on. */
  readonly text: string;
  /** Whether it goes on where the row above it ended. */
  readonly isWrapped: boolean;
  /** Whether the row below goes on where it ends. */
  readonly goesOn: boolean;
}

/** Reads rows of a terminal again and again. */
export interface RowReader {
  /** The rows of the active buffer from this one on; of those before `screenTop` nothing will be asked again. */
  read(start: number, screenTop: number): Row[];
}

/** A row as it was read, and what it was read from: only the characters, not how they look. */
interface Reading {
  readonly line: CellLine;
  readonly characters: Uint32Array;
  readonly row: Row;
}

const nothing: Row = { text: '', isWrapped: false, goesOn: false };

export function createRowReader(terminal: Terminal): RowReader {
  /** Of the screen, from top to bottom. */
  let readings: readonly (Reading | undefined)[] = [];

  return {
    read(start, screenTop) {
      const lines = activeLines(terminal);
      const end = screenTop + terminal.rows;
      const rows: Row[] = [];
      const next: (Reading | undefined)[] = [];
      let moved: Map<CellLine, Reading> | undefined;
      let line = lines.get(start);
      for (let y = start; y < end; y += 1) {
        const below = y + 1 < end ? lines.get(y + 1) : undefined;
        const goesOn = below?.isWrapped === true;
        const atPlace = readings[y - start];
        const known = atPlace?.line === line ? atPlace : line && (moved ??= byLine(readings)).get(line);
        const isKnown = known !== undefined && isAsRead(known, goesOn);
        const row = isKnown ? known.row : line ? read(line, goesOn) : nothing;
        rows.push(row);
        if (y >= screenTop) next.push(isKnown ? known : line && { line, characters: charactersOf(line, known), row });
        line = below;
      }
      readings = next;
      return rows;
    },
  };
}

function byLine(readings: readonly (Reading | undefined)[]): Map<CellLine, Reading> {
  return new Map(readings.flatMap((reading) => (reading ? [[reading.line, reading] as const] : [])));
}

/** Of the three numbers that xterm keeps for each cell the first one tells the character, and how wide it is. */
const cellNumbers = 3;
/** Its bit for a cell with more than one code point, which stand elsewhere. */
const isCombined = 0x20_0000;
/** What stands above the code unit of a character that is one, or of a blank, and takes one column. */
const isSimple = 0x40;
const simpleShift = 16;
const blank = 0x20;

function isAsRead({ line, characters, row }: Reading, goesOn: boolean): boolean {
  const { _data: data, length } = line;
  if (row.goesOn !== goesOn || row.isWrapped !== line.isWrapped || characters.length !== length) return false;
  for (let column = 0; column < length; column += 1) {
    const character = data[column * cellNumbers] ?? 0;
    if (character !== characters[column] || (character & isCombined) !== 0) return false;
  }
  return true;
}

/** Those of an earlier reading of the same line are overwritten. */
function charactersOf({ _data: data, length }: CellLine, before: Reading | undefined): Uint32Array {
  const characters = before?.characters.length === length ? before.characters : new Uint32Array(length);
  for (let column = 0; column < length; column += 1) characters[column] = data[column * cellNumbers] ?? 0;
  return characters;
}

function read(line: CellLine, goesOn: boolean): Row {
  const text = simpleText(line) ?? line.translateToString(!goesOn);
  return { text: goesOn ? text : text.trimEnd(), isWrapped: line.isWrapped, goesOn };
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
