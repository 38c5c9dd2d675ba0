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

/** Whether it has carried the sequence out. */
type ControlHandler = (parameters: unknown) => boolean | Promise<boolean>;

/** What is asked for at each chunk, and so directly. */
export interface TerminalCore {
  readonly rows: number;
  /** The active one; `ybase` is the screen's topmost line, `y` the cursor's row on the screen. */
  readonly buffer: {
    readonly ybase: number;
    readonly y: number;
    readonly lines: { get(index: number): CellLine | undefined };
  };
  /** The alternate one has no lines until it is used. */
  readonly buffers: {
    readonly active: unknown;
    readonly alt: { readonly lines: { readonly length: number; maxLength: number } };
  };
  readonly coreService: { readonly decPrivateModes: { readonly synchronizedOutput: boolean } };
  /** The rows of the screen among which the last write, or the one that is going on, has changed something. */
  readonly _inputHandler: {
    readonly _dirtyRowTracker: { readonly start: number; readonly end: number };
    /** By their final byte and what goes before it, those who carry out control sequences: the last one first. */
    readonly _parser: { readonly _csiHandlers: Readonly<Record<number, ControlHandler[]>> };
  };
  /**
   * Shows text at once. The public `write` does it some milliseconds later, in a timer, which a session of many
   * small chunks would wait for again and again.
   */
  writeSync(text: string): void;
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

/** The core of the pinned version of `@xterm/headless`; throws with one in which something is elsewhere. */
export function coreOf(terminal: Terminal): TerminalCore {
  const core = property(terminal, '_core');
  if (!isCore(core)) throw new Error('@xterm/headless keeps its lines elsewhere, or has no `writeSync` any more');
  containFailures(core);
  return core;
}

/**
 * xterm 6.0 throws at some sequences in some places, as at `ED 1` in the last cell of a screen without scrollback. Such
 * a one is left out, as a terminal leaves out what it does not know; what follows is shown.
 */
function containFailures({ _inputHandler: { _parser: parser } }: TerminalCore): void {
  for (const handlers of Object.values(parser._csiHandlers)) {
    for (const [index, carryOut] of handlers.entries()) {
      handlers[index] = (parameters) => {
        try {
          return carryOut(parameters);
        } catch {
          return true;
        }
      };
    }
  }
}

function isCore(core: unknown): core is TerminalCore {
  const buffer = property(core, 'buffer');
  const lines = property(buffer, 'lines');
  const get = property(lines, 'get');
  const line: unknown = typeof get === 'function' ? Reflect.apply(get, lines, [0]) : undefined;
  const dirtyRows = property(property(core, '_inputHandler'), '_dirtyRowTracker');
  const modes = property(property(core, 'coreService'), 'decPrivateModes');
  const handlers = property(property(property(core, '_inputHandler'), '_parser'), '_csiHandlers');
  const alternateLines = property(property(property(core, 'buffers'), 'alt'), 'lines');
  return (
    typeof property(core, 'writeSync') === 'function' &&
    [property(core, 'rows'), property(buffer, 'ybase'), property(buffer, 'y')].every(isNumber) &&
    [property(dirtyRows, 'start'), property(dirtyRows, 'end')].every(isNumber) &&
    [property(alternateLines, 'length'), property(alternateLines, 'maxLength')].every(isNumber) &&
    typeof handlers === 'object' &&
    handlers !== null &&
    Object.values(handlers).length > 0 &&
    Object.values(handlers).every(Array.isArray) &&
    property(line, '_data') instanceof Uint32Array &&
    typeof property(line, 'translateToString') === 'function' &&
    property(property(core, 'buffers'), 'active') === buffer &&
    typeof property(modes, 'synchronizedOutput') === 'boolean'
  );
}

const isNumber = (value: unknown) => typeof value === 'number';

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function arePlaces(buffer: unknown): buffer is TerminalInternals['buffer'] {
  return placeNames.every((name) => typeof property(buffer, name) === 'number');
}

function isLook(pen: unknown): pen is Look {
  return typeof property(pen, 'isBold') === 'function' && typeof property(pen, 'getFgColor') === 'function';
}
