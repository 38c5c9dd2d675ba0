import { type IMarker, Terminal } from '@xterm/headless';
import type { Keyframe } from '../domain/keyframe.ts';
import { type NotificationSignal, notificationCodes } from '../domain/state.ts';
import { createKeyframes, endsWithinCharacter } from './keyframes.ts';
import type { Row } from './row.ts';
import { createRowReader, type RowReader } from './row-reader.ts';
import { paintedRow, screenSequences } from './screen-sequences.ts';
import { coreOf, internalsOf } from './terminal-internals.ts';

/** Rows that have scrolled off are kept long enough to be read; see {@link maxPieceBytes}. */
const scrollback = 3072;
/** Cannot hold more lines than fit into the scrollback together with those that wait there. */
const maxPieceBytes = 2048;
const maxWaitingRows = 1000;
/** Of a buffer that was cleared, so that nothing tells which rows are new. */
const maxRowsAgain = 500;

/** The rows of the active buffer from the last look's topmost one on, and what was going on. */
export interface View {
  readonly rows: readonly Row[];
  /** How many of them have scrolled off the screen; the others are on it. */
  readonly scrolledOff: number;
  readonly columns: number;
  /** Index of the cursor's row. */
  readonly cursorRow: number;
  readonly isAlternate: boolean;
  /** Whether a program has taken the terminal over, rather than just printing: it asks for keys, or paints a screen of its own. */
  readonly isInteractive: boolean;
  /** Whether the rows were wiped or laid anew since the last look, so that what stands there may have stood there before. */
  readonly isRepainted: boolean;
}

/** The clock is not the terminal's. */
type Untimed<Signal> = Signal extends unknown ? Omit<Signal, 'timeUs'> : never;

const maxPayloadLength = 1024;

/** Private modes that change for the alternate screen: xterm's, and the older ones. */
const alternateModes = [47, 1047, 1049];
/** Private mode of synchronized output: set while a frame is painted. */
const frameMode = 2026;

/** The text on a screen, and where its cursor is, counting from 0. */
export interface Picture {
  readonly columns: number;
  readonly cursor: { readonly column: number; readonly row: number };
  /** One for each row. */
  readonly lines: readonly string[];
}

/** A terminal that nobody looks at. */
export interface EmulatedTerminal {
  /** Shows the bytes; `look` is called in between whenever rows would be lost otherwise. */
  write(bytes: Uint8Array, look: () => void): void;
  resize(columns: number, rows: number): void;
  /** Whether the program is in the midst of a frame (synchronized output, mode 2026). */
  readonly isMidFrame: boolean;
  /** What is to be seen since the last look. */
  look(): View;
  /** The same, without its being a look. */
  peek(): View;
  /** What stands on the screen now. */
  picture(): Picture;
  /** Each row as it has to be written: its text, and sequences of colours and styles between (SGR), no others. */
  paintedRows(): string[];
  /** False in the midst of a sequence or a character: nothing tells another terminal how it began. */
  readonly isBetweenSequences: boolean;
  /** What a new terminal of this size has to be written to look and to go on like this one. */
  sequences(): string;
  dispose(): void;
}

/** An emulated terminal of this size. `onSignal` is told what is not to be seen. */
export function createEmulatedTerminal(options: {
  readonly columns: number;
  readonly rows: number;
  /** Told what the terminal was told beside what it shows. */
  readonly onSignal: (signal: Untimed<NotificationSignal>) => void;
  /** Told when the screen is about to be changed for the alternate one, or back. */
  readonly onSwitch: () => void;
  /** Told when a frame is complete, where the program says so (synchronized output, mode 2026). */
  readonly onFrame: () => void;
  /** Told now and then how the terminal can be made to look as it does. */
  readonly onKeyframe?: (keyframe: Omit<Keyframe, 'timeUs'>) => void;
  /** For how many bytes a keyframe lasts; 64 KiB where absent. */
  readonly keyframeBytes?: number;
}): EmulatedTerminal {
  const { columns, rows, onSignal, onSwitch, onFrame } = options;
  const terminal = new Terminal({ cols: columns, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
  const core = coreOf(terminal);
  // The terminal's own decoder loses characters that are cut twice.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const reader = createRowReader(core);
  let isCursorVisible = true;
  let isRepainted = false;
  let isWithinCharacter = false;
  /** The screen's topmost row at the last look, in the normal buffer. */
  let top: IMarker | undefined;

  const watchMode = (final: 'h' | 'l') =>
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (parameters) => {
      if (parameters.includes(25)) isCursorVisible = final === 'h';
      if (alternateModes.some((mode) => parameters.includes(mode)) && isAlternate() !== (final === 'h')) onSwitch();
      if (final === 'l' && parameters.includes(frameMode)) onFrame();
      return false;
    });
  watchMode('h');
  watchMode('l');
  terminal.parser.registerCsiHandler({ final: 'J' }, ([extent]) => {
    if (extent === 2 || extent === 3) isRepainted = true;
    return false;
  });
  for (const code of notificationCodes) {
    terminal.parser.registerOscHandler(code, (payload) => {
      onSignal({ kind: 'notification', code, payload: payload.slice(0, maxPayloadLength) });
      return false;
    });
  }
  terminal.onBell(() => onSignal({ kind: 'bell' }));

  const keyframes =
    options.onKeyframe &&
    createKeyframes(terminal, {
      onKeyframe: options.onKeyframe,
      isCursorVisible: () => isCursorVisible,
      ...(options.keyframeBytes !== undefined && { intervalBytes: options.keyframeBytes }),
    });

  const isAlternate = () => core.buffers.active === core.buffers.alt;

  function markTop(): void {
    if (isAlternate()) return;
    top?.dispose();
    top = terminal.registerMarker(-core.buffer.y);
  }

  /**
   * An alternate screen that was not used yet is left as high as it was by xterm 6.0; it would keep rows that scroll
   * off, lose count of them when it grows, and throw.
   */
  function fitUnusedScreen(newRows: number): void {
    const { lines } = core.buffers.alt;
    if (lines.length === 0) lines.maxLength = newRows;
  }

  function firstRow(): number {
    const { ybase } = core.buffer;
    if (isAlternate()) return ybase;
    if (top !== undefined && !top.isDisposed && top.line >= 0 && top.line <= ybase) return top.line;
    return Math.max(0, ybase - maxRowsAgain);
  }

  function view(from: RowReader): View {
    const { ybase, y } = core.buffer;
    const start = firstRow();
    const { bracketedPasteMode, mouseTrackingMode } = terminal.modes;
    return {
      rows: from.read(start),
      scrolledOff: ybase - start,
      columns: terminal.cols,
      cursorRow: ybase - start + y,
      isAlternate: isAlternate(),
      isInteractive: isAlternate() || bracketedPasteMode || mouseTrackingMode !== 'none',
      isRepainted,
    };
  }

  markTop();

  return {
    write(bytes, look) {
      keyframes?.beforeWrite(bytes);
      if (bytes.length > 0) isWithinCharacter = endsWithinCharacter(bytes);
      for (let start = 0; start < bytes.length; start += maxPieceBytes) {
        core.writeSync(decoder.decode(bytes.subarray(start, start + maxPieceBytes), { stream: true }));
        reader.written();
        if (core.buffer.ybase - firstRow() >= maxWaitingRows) look();
      }
    },
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      fitUnusedScreen(newRows);
      reader.resized();
      keyframes?.resized();
      isRepainted = true;
    },
    get isMidFrame() {
      return core.coreService.decPrivateModes.synchronizedOutput;
    },
    look() {
      const seen = view(reader);
      isRepainted = false;
      markTop();
      return seen;
    },
    // With a reader of its own: what the other one remembers is of the last look.
    peek: () => view(createRowReader(core)),
    picture() {
      const { cols: columns, rows, buffer } = terminal;
      const { baseY, cursorX, cursorY } = buffer.active;
      const lines = Array.from({ length: rows }, (_, row) => {
        // What a smaller size has hidden is still behind its edge.
        const text = buffer.active.getLine(baseY + row)?.translateToString(true, 0, columns);
        return text?.trimEnd() ?? '';
      });
      return { columns, cursor: { column: Math.min(cursorX, columns - 1), row: cursorY }, lines };
    },
    paintedRows() {
      const { cols: columns, rows, buffer } = terminal;
      const { active } = buffer;
      return Array.from({ length: rows }, (_, row) => paintedRow(active, active.baseY + row, columns));
    },
    get isBetweenSequences() {
      return !isWithinCharacter && internalsOf(terminal).isBetweenSequences;
    },
    sequences: () => screenSequences(terminal, isCursorVisible),
    dispose: () => terminal.dispose(),
  };
}
