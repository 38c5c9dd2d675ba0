import type { IBufferCell } from '@xterm/headless';

/** What tells how a character looks, of a cell as well as of what is written next. */
export type Look = Pick<
  IBufferCell,
  (typeof attributes)[number][0] | `is${'Fg' | 'Bg'}${'RGB' | 'Palette'}` | `get${'Fg' | 'Bg'}Color`
>;

const attributes = [
  ['isBold', ';1'],
  ['isDim', ';2'],
  ['isItalic', ';3'],
  ['isUnderline', ';4'],
  ['isBlink', ';5'],
  ['isInverse', ';7'],
  ['isInvisible', ';8'],
  ['isStrikethrough', ';9'],
  ['isOverline', ';53'],
] as const;

/** Parameters of SGR (`CSI … m`), from a reset on; empty for what nothing is special about. */
export function styleOf(look: Look): string {
  let style = '';
  for (const [has, parameter] of attributes) if (look[has]() !== 0) style += parameter;
  if (look.isFgPalette()) style += `;38;5;${look.getFgColor()}`;
  else if (look.isFgRGB()) style += `;38;2;${rgb(look.getFgColor())}`;
  if (look.isBgPalette()) style += `;48;5;${look.getBgColor()}`;
  else if (look.isBgRGB()) style += `;48;2;${rgb(look.getBgColor())}`;
  return style;
}

const rgb = (colour: number) => `${(colour >> 16) & 255};${(colour >> 8) & 255};${colour & 255}`;
