import { describe, expect, it } from 'vitest';
import { followTerminalModes } from '../../src/child/terminal-modes.ts';

function resetAfter(...output: string[]): string {
  const modes = followTerminalModes();
  for (const bytes of output) modes.observe(Buffer.from(bytes, 'latin1'));
  return modes.reset();
}

const modesThatAreOff = [1, 9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2031, 47, 1047, 1049];
const modesThatAreOn = [7, 25];

describe('what is reset', () => {
  it('is nothing when nothing was set', () => {
    expect(resetAfter('text \u001b[31mred\u001b[0m \u001b[2J\u001b]0;title\u0007\u001b[c')).toBe('');
  });

  it.each(modesThatAreOff)('is mode %i, unless it was reset', (mode) => {
    expect(resetAfter(`\u001b[?${mode}h`)).toBe(`\u001b[?${mode}l`);
    expect(resetAfter(`\u001b[?${mode}h`, `\u001b[?${mode}h`)).toBe(`\u001b[?${mode}l`);
    expect(resetAfter(`\u001b[?${mode}h`, `\u001b[?${mode}l`)).toBe('');
  });

  it.each(modesThatAreOn)('is mode %i, which is on at first, unless it is on again', (mode) => {
    expect(resetAfter(`\u001b[?${mode}l`)).toBe(`\u001b[?${mode}h`);
    expect(resetAfter(`\u001b[?${mode}l`, `\u001b[?${mode}h`)).toBe('');
  });

  it('is each of several modes in one sequence', () => {
    expect(resetAfter('\u001b[?1000;1006;12345h')).toBe('\u001b[?1000l\u001b[?1006l');
    expect(resetAfter('\u001b[?1000;1006h\u001b[?1006;1000l')).toBe('');
  });

  it.each([
    ['a keyboard mode that was pushed', '\u001b[>1u', '\u001b[<1u'],
    ['as many as were pushed', '\u001b[>1u\u001b[>5u', '\u001b[<2u'],
    ['not what was popped', '\u001b[>1u\u001b[>5u\u001b[<u', '\u001b[<1u'],
    ['not what was popped at once', '\u001b[>1u\u001b[>5u\u001b[<2u', ''],
    ['nothing below the bottom', '\u001b[<5u\u001b[>1u', '\u001b[<1u'],
    ['a keyboard mode that was set', '\u001b[=5;1u', '\u001b[=0;1u'],
    ['not one that was set to nothing', '\u001b[=5;1u\u001b[=0;1u', ''],
    ['not a question about it', '\u001b[?u', ''],
    ['modified keys', '\u001b[>4;2m', '\u001b[>4;0m'],
    ['not modified keys that were switched off', '\u001b[>4;2m\u001b[>4;0m', ''],
    ['the keypad', '\u001b=', '\u001b>'],
    ['not a keypad that was switched off', '\u001b=\u001b>', ''],
  ])('%s', (_what, output, reset) => {
    expect(resetAfter(output)).toBe(reset);
  });

  it('ends with the alternate screen, because each screen has its own keyboard', () => {
    expect(resetAfter('\u001b[?1049h\u001b[>1u\u001b[?2004h\u001b[?25l')).toBe(
      '\u001b[?2004l\u001b[?25h\u001b[<1u\u001b[?1049l',
    );
  });
});

describe('the bytes', () => {
  const output = 'a\u001b[?1049hb\u001b[?1000;1006h\u001b[>5u\u001b[?25lc\u001b=\u001b[31m\u001b[?1000l';
  const reset = resetAfter(output);

  it('may be cut anywhere', () => {
    for (let at = 0; at <= output.length; at += 1) {
      expect(resetAfter(output.slice(0, at), output.slice(at)), `cut at ${at}`).toBe(reset);
    }
    expect(resetAfter(...Array.from(output))).toBe(reset);
  });

  it('that are no sequence do not hide the next one', () => {
    expect(resetAfter('\u001b\u001b[?25l')).toBe('\u001b[?25h');
    expect(resetAfter('\u001b[?\u001b[?25l')).toBe('\u001b[?25h');
    expect(resetAfter(`\u001b[${'1;'.repeat(100)}`, '\u001b[?25l')).toBe('\u001b[?25h');
  });
});
