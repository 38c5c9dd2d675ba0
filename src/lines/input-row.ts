import type { View } from './emulated-terminal.ts';
import { leftBar, onlyLines, ornaments, rightBar } from './plain-row.ts';

/** With which an interface invites to type. */
const invitation = /^\s*(?:[❯›»❱→λ>$%#!]|[▌┃](?!\S))/;

/**
 * Where the place to type in begins: the row with the cursor, if it looks like
 * an invitation, and what belongs to it. There, and below (hints, menus, status),
 * nothing stands that has been said. Undefined where there is none.
 */
export function inputRow({ rows, cursorRow, isInteractive }: View): number | undefined {
  if (!isInteractive) return undefined;
  for (let row = cursorRow; row >= 0 && row > cursorRow - maxInputRows; row -= 1) {
    const text = (rows[row]?.text ?? '').replace(ornaments, ' ');
    const inner = rightBar.test(text) ? text.replace(leftBar, '') : text;
    if (invitation.test(inner)) return row;
    // Further rows of what is typed are indented.
    if (onlyLines.test(inner) || !/^\s/.test(inner)) return undefined;
  }
  return undefined;
}

const maxInputRows = 12;
