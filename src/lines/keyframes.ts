import { SerializeAddon } from '@xterm/addon-serialize';
import type { Terminal } from '@xterm/headless';
import type { Keyframe } from '../domain/keyframe.ts';
import { internalsOf } from './terminal-internals.ts';

/** So much is read and shown, from a keyframe on, in a small part of the tenth of a second that nobody notices. */
const defaultIntervalBytes = 256 * 1024;

/** Takes keyframes of a terminal that bytes are written to. */
export interface Keyframes {
  /** To be told before these bytes are written. */
  beforeWrite(bytes: Uint8Array): void;
  /** To be told behind a change of size: what has scrolled off, and may have come back, is in no earlier keyframe. */
  resized(): void;
}

export function createKeyframes(
  terminal: Terminal,
  options: {
    /** One is due after so many bytes; 256 KiB where absent. */
    readonly intervalBytes?: number;
    readonly isCursorVisible: () => boolean;
    readonly onKeyframe: (keyframe: Omit<Keyframe, 'timeUs'>) => void;
  },
): Keyframes {
  const { intervalBytes = defaultIntervalBytes, isCursorVisible, onKeyframe } = options;
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer);
  let offset = 0;
  let dueOffset = intervalBytes;
  let lastByte = 0;

  function takeWhenDue(): void {
    // Nothing tells another terminal how the sequence, or the character, began that it would be in the midst of.
    if (offset < dueOffset || !internalsOf(terminal).isBetweenSequences || lastByte >= 0x80) return;
    dueOffset = offset + intervalBytes;
    const screen = serializer.serialize({ scrollback: 0 }) + restOf(terminal, isCursorVisible());
    onKeyframe({ offset, columns: terminal.cols, rows: terminal.rows, screen });
  }

  return {
    beforeWrite(bytes) {
      takeWhenDue();
      offset += bytes.length;
      lastByte = bytes.at(-1) ?? lastByte;
    },
    resized() {
      dueOffset = offset;
      takeWhenDue();
    },
  };
}

/** What the serializer leaves out: saved cursor, scroll region, character sets, hidden cursor, a frame that has begun. */
function restOf(terminal: Terminal, isCursorVisible: boolean): string {
  const { buffer, charsets, activeCharset } = internalsOf(terminal);
  const { originMode, synchronizedOutputMode } = terminal.modes;
  const isWholeScreen = buffer.scrollTop === 0 && buffer.scrollBottom === terminal.rows - 1;
  const savedRow = Math.max(0, buffer.savedY - buffer.ybase);
  let rest = '';
  if (originMode) rest += '\x1b[?6l';
  if (savedRow > 0 || buffer.savedX > 0) rest += `${goTo(savedRow, buffer.savedX)}\x1b7`;
  if (!isWholeScreen) rest += `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
  if (originMode) rest += '\x1b[?6h';
  // Each of these has moved the cursor.
  if (rest !== '') rest += cursorOf(terminal, originMode ? buffer.scrollTop : 0);
  for (const [set, designator] of ['(', ')'].entries()) if (charsets[set] !== undefined) rest += `\x1b${designator}0`;
  if (activeCharset === 1) rest += '\x0e';
  if (!isCursorVisible) rest += '\x1b[?25l';
  if (synchronizedOutputMode) rest += '\x1b[?2026h';
  return rest;
}

function cursorOf({ buffer, cols }: Terminal, originRow: number): string {
  const { active } = buffer;
  const row = active.cursorY - originRow;
  if (active.cursorX < cols) return goTo(row, active.cursorX);
  // It waits behind the last column for the next character, which will wrap: only printing takes it there.
  const line = active.getLine(active.baseY + active.cursorY);
  const last = line?.getCell(cols - 1);
  const cell = last?.getWidth() === 0 ? line?.getCell(cols - 2) : last;
  return `${goTo(row, cols - (cell?.getWidth() ?? 1))}${cell?.getChars() ?? ' '}`;
}

const goTo = (row: number, column: number) => `\x1b[${row + 1};${column + 1}H`;
