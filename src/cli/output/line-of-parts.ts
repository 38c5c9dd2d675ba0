import type { Formatter } from 'picocolors/types.js';
import { printableLine } from '../../domain/printable.ts';
import { cutToWidth, textWidth } from './text-width.ts';

export interface Part {
  /** As it was recorded; it is made harmless here. */
  readonly text: string;
  /** Filled up with spaces to so many columns. */
  readonly width?: number;
  readonly style?: Formatter | undefined;
  /** Whether the next one follows without a gap. */
  readonly goesOn?: boolean;
}

/** Parts on one line, no wider than so many columns. */
export function lineOfParts(parts: readonly Part[], columns: number): string {
  let left = columns;
  let line = '';
  for (const { text, width = 0, style, goesOn = false } of parts) {
    if (left <= 0) break;
    const shown = cutToWidth(printableLine(text), left);
    const padding = ' '.repeat(Math.max(0, width - textWidth(shown)) + (goesOn ? 0 : 2));
    line += `${style?.(shown) ?? shown}${padding}`;
    left -= textWidth(shown) + padding.length;
  }
  return `${line.trimEnd()}\n`;
}
