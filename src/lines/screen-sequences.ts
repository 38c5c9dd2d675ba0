import type { IBuffer, IBufferCell, IBufferLine, Terminal } from '@xterm/headless';
import { styleOf } from './cell-style.ts';
import { internalsOf } from './terminal-internals.ts';

/*
 * What a new terminal of the same size has to be written to look and to go on
 * like another one. Rows that have scrolled off are left out.
 */

/** The sequences for this terminal; `isCursorVisible` is not told by the terminal itself. */
export function screenSequences(terminal: Terminal, isCursorVisible: boolean): string {
  const { active, normal } = terminal.buffer;
  const isAlternate = active.type === 'alternate';
  const beneath = isAlternate ? `${paint(normal, terminal)}${cursorOf(normal, terminal)}\x1b[?1049h` : '';
  return beneath + paint(active, terminal) + stateOf(terminal, isCursorVisible);
}

function paint(buffer: IBuffer, { cols, rows }: Terminal): string {
  let text = '';
  for (let row = 0; row < rows; row += 1) {
    const content = paintedRow(buffer, buffer.baseY + row, cols);
    if (content !== '') text += goTo(row, 0) + content;
  }
  return text;
}

/** A row of the buffer, as text with sequences for its colours and styles (SGR); empty where it is blank. */
export function paintedRow(buffer: IBuffer, row: number, columns: number): string {
  const line = buffer.getLine(row);
  return line === undefined ? '' : paintRow(line, columns, buffer.getNullCell());
}

/** A line may be longer than the screen is wide: xterm keeps what a smaller size has hidden. */
function paintRow(line: IBufferLine, columns: number, cell: IBufferCell): string {
  let text = '';
  let style = '';
  let blanks = 0;
  for (let column = 0; column < columns; column += 1) {
    line.getCell(column, cell);
    // The right half of a wide character.
    if (cell.getWidth() === 0) continue;
    const chars = cell.getChars();
    const newStyle = cell.isAttributeDefault() ? '' : styleOf(cell);
    if (chars === '' && newStyle === '') {
      blanks += 1;
      continue;
    }
    if (blanks > 0) {
      text += `${style === '' ? '' : '\x1b[m'}${' '.repeat(blanks)}`;
      style = '';
      blanks = 0;
    }
    if (newStyle !== style) text += `\x1b[${newStyle}m`;
    style = newStyle;
    text += chars === '' ? ' ' : chars;
  }
  return style === '' ? text : `${text}\x1b[m`;
}

const mouseModes = { x10: '9', vt200: '1000', drag: '1002', any: '1003' } as const;

/** Cursor, scroll region, character sets, modes and what is written next. */
function stateOf(terminal: Terminal, isCursorVisible: boolean): string {
  const { modes } = terminal;
  const { buffer, charsets, activeCharset, pen } = internalsOf(terminal);
  const savedRow = Math.max(0, buffer.savedY - buffer.ybase);
  let text = `${goTo(savedRow, buffer.savedX)}\x1b7`;
  text += `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
  if (modes.originMode) text += '\x1b[?6h';
  text += cursorOf(terminal.buffer.active, terminal, modes.originMode ? buffer.scrollTop : 0);
  for (const [set, designator] of ['(', ')'].entries()) if (charsets[set] !== undefined) text += `\x1b${designator}0`;
  if (activeCharset === 1) text += '\x0e';
  if (modes.insertMode) text += '\x1b[4h';
  const set: string[] = [];
  const reset: string[] = [];
  if (modes.applicationCursorKeysMode) set.push('1');
  if (modes.applicationKeypadMode) set.push('66');
  if (modes.reverseWraparoundMode) set.push('45');
  if (modes.mouseTrackingMode !== 'none') set.push(mouseModes[modes.mouseTrackingMode]);
  if (modes.sendFocusMode) set.push('1004');
  if (modes.bracketedPasteMode) set.push('2004');
  if (modes.synchronizedOutputMode) set.push('2026');
  if (!modes.wraparoundMode) reset.push('7');
  if (!isCursorVisible) reset.push('25');
  if (set.length > 0) text += `\x1b[?${set.join(';')}h`;
  if (reset.length > 0) text += `\x1b[?${reset.join(';')}l`;
  return `${text}\x1b[${styleOf(pen)}m`;
}

function cursorOf(buffer: IBuffer, { cols }: Terminal, originRow = 0): string {
  const row = buffer.cursorY - originRow;
  if (buffer.cursorX < cols) return goTo(row, buffer.cursorX);
  // It waits behind the last column for the next character, which will wrap: only printing takes it there.
  const line = buffer.getLine(buffer.baseY + buffer.cursorY);
  const last = line?.getCell(cols - 1);
  const cell = last?.getWidth() === 0 ? line?.getCell(cols - 2) : last;
  const style = cell && styleOf(cell);
  const chars = cell?.getChars() ?? '';
  return `${goTo(row, cols - (cell?.getWidth() ?? 1))}\x1b[${style ?? ''}m${chars === '' ? ' ' : chars}\x1b[m`;
}

const goTo = (row: number, column: number) => `\x1b[${row + 1};${column + 1}H`;
