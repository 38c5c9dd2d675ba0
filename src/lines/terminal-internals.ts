import type { Terminal } from '@xterm/headless';
import type { Look } from './cell-style.ts';

/** What another terminal needs to go on like this one, and is not told in public. */
export interface TerminalInternals {
  /** The active one's; the saved cursor's row counts from the first one that is kept, `ybase` is the screen's topmost. */
  readonly buffer: Readonly<Record<(typeof placeNames)[number], number>>;
  /** Of G0 and G1; undefined for plain ASCII. */
  readonly charsets: readonly unknown[];
  /** 0 while G0 is in use, 1 for G1. */
  readonly activeCharset: number;
  /** How what is written next will look. */
  readonly pen: Look;
  /** Whether the next byte is a character, or begins a sequence. */
  readonly isBetweenSequences: boolean;
}

/** A row of cells as the terminal keeps it; mostly it is the same object wherever it is scrolled to. */
export interface CellLine {
  /** How many cells there are, which may be more than the terminal has columns. */
  readonly length: number;
  readonly isWrapped: boolean;
  /** Three numbers for each cell: character and width, foreground, background. */
  readonly _data: Uint32Array;
  translateToString(trimRight: boolean): string;
}

/** By index, from the first one that is kept on. */
export interface CellLines {
  get(index: number): CellLine | undefined;
}

const placeNames = ['scrollTop', 'scrollBottom', 'savedX', 'savedY', 'ybase'] as const;

/** Of the parser. */
const groundState = 0;

/** The internals of the pinned version of `@xterm/headless`; throws with one in which they are elsewhere. */
export function internalsOf(terminal: Terminal): TerminalInternals {
  const core = property(terminal, '_core');
  const buffer = property(core, 'buffer');
  const service = property(core, '_charsetService');
  const [charsets, activeCharset] = [property(service, '_charsets'), property(service, 'glevel')];
  const handler = property(core, '_inputHandler');
  const pen = property(handler, '_curAttrData');
  const parserState = property(property(handler, '_parser'), 'currentState');
  const isComplete = arePlaces(buffer) && Array.isArray(charsets) && isLook(pen);
  if (!isComplete || typeof activeCharset !== 'number' || typeof parserState !== 'number') {
    throw new Error('@xterm/headless keeps its cursor, character sets or parser elsewhere');
  }
  return { buffer, charsets, activeCharset, pen, isBetweenSequences: parserState === groundState };
}

/** The lines of the active buffer of the pinned version of `@xterm/headless`; throws with one in which they are elsewhere. */
export function activeLines(terminal: Terminal): CellLines {
  const lines = property(property(property(terminal, '_core'), 'buffer'), 'lines');
  if (!areLines(lines)) throw new Error('@xterm/headless keeps its lines elsewhere');
  return lines;
}

function areLines(lines: unknown): lines is CellLines {
  if (typeof lines !== 'object' || lines === null || !('get' in lines) || typeof lines.get !== 'function') return false;
  const line: unknown = Reflect.apply(lines.get, lines, [0]);
  return property(line, '_data') instanceof Uint32Array && typeof property(line, 'translateToString') === 'function';
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function arePlaces(buffer: unknown): buffer is TerminalInternals['buffer'] {
  return placeNames.every((name) => typeof property(buffer, name) === 'number');
}

function isLook(pen: unknown): pen is Look {
  return typeof property(pen, 'isBold') === 'function' && typeof property(pen, 'getFgColor') === 'function';
}
