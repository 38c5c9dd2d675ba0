/**
 * Modes that outlive the program which set them, with what sets them back.
 * Private modes (`CSI ? N h`) as in xterm's ctlseqs, patch 398; the keyboard
 * protocol as in kitty's "comprehensive keyboard handling".
 */
const resets: Readonly<Record<number, string>> = {
  1: '\u001b[?1l', // application cursor keys
  9: '\u001b[?9l', // mouse, X10
  1000: '\u001b[?1000l', // mouse, buttons
  1002: '\u001b[?1002l', // mouse, dragging
  1003: '\u001b[?1003l', // mouse, any motion
  1004: '\u001b[?1004l', // focus
  1005: '\u001b[?1005l', // mouse, UTF-8 coordinates
  1006: '\u001b[?1006l', // mouse, SGR coordinates
  1015: '\u001b[?1015l', // mouse, urxvt coordinates
  1016: '\u001b[?1016l', // mouse, pixels
  2004: '\u001b[?2004l', // bracketed paste
  2026: '\u001b[?2026l', // synchronised output
  2031: '\u001b[?2031l', // colour scheme reports
};

/** The ways into the alternate screen. They are left last: each screen has keyboard settings of its own. */
const alternateScreens: Readonly<Record<number, string>> = {
  47: '\u001b[?47l',
  1047: '\u001b[?1047l',
  1049: '\u001b[?1049l',
};

/** Modes that are on in a fresh terminal, and what switches them on again. */
const defaults: Readonly<Record<number, string>> = {
  7: '\u001b[?7h', // wrapping
  25: '\u001b[?25h', // cursor
};

/** The longest control sequence that is looked at; longer ones set no mode. */
const maxSequenceBytes = 64;

const ESCAPE = 0x1b;
const BRACKET = 0x5b;
const LESS_THAN = 0x3c;
const QUESTION_MARK = 0x3f;

/** Follows what a program does to its terminal. */
export interface TerminalModes {
  observe(bytes: Buffer): void;
  /** The sequences that set back what is still set; empty when the terminal is as it was. */
  reset(): string;
}

export function followTerminalModes(): TerminalModes {
  const changed = new Map<number, string>();
  const screens = new Map<number, string>();
  let keyboardDepth = 0;
  let isKeyboardSet = false;
  let areOtherKeysModified = false;
  let isKeypadOn = false;
  /** A sequence that the last chunk cut off. */
  let begun: Buffer = Buffer.alloc(0);

  function setPrivateModes(parameters: string, on: boolean) {
    for (const mode of parameters.split(';').map(Number)) {
      const screen = alternateScreens[mode];
      const reset = screen ?? (on ? resets[mode] : defaults[mode]);
      const group = screen === undefined ? changed : screens;
      if (reset !== undefined && (screen === undefined || on)) group.set(mode, reset);
      else group.delete(mode);
    }
  }

  function setKeyboard(operator: string, parameters: string) {
    const [first = ''] = parameters.split(';');
    if (operator === '>') keyboardDepth += 1;
    else if (operator === '<') keyboardDepth = Math.max(0, keyboardDepth - (Number(first) || 1));
    else if (operator === '=') isKeyboardSet = Number(first) !== 0;
  }

  function apply(operator: string, parameters: string, final: string) {
    if (operator === '?' && (final === 'h' || final === 'l')) setPrivateModes(parameters, final === 'h');
    else if (final === 'u') setKeyboard(operator, parameters);
    else if (operator === '>' && final === 'm') areOtherKeysModified = /^4;[1-9]/.test(parameters);
  }

  return {
    observe(chunk) {
      if (begun.length === 0 && !chunk.includes(ESCAPE)) return;
      const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
      begun = Buffer.alloc(0);
      for (let at = bytes.indexOf(ESCAPE); at !== -1; at = bytes.indexOf(ESCAPE, at + 1)) {
        // Colours and cursor movements are most of all sequences; what sets a mode has one of `<=>?` behind its bracket.
        const operatorByte = bytes[at + 2] ?? LESS_THAN;
        if (bytes[at + 1] === BRACKET && (operatorByte < LESS_THAN || operatorByte > QUESTION_MARK)) continue;
        const text = bytes.toString('latin1', at + 1, at + 1 + maxSequenceBytes);
        if (text.startsWith('=') || text.startsWith('>')) isKeypadOn = text.startsWith('=');
        const sequence = /^\[([<=>?]?)([0-9;:]*)([@-~]|$)/.exec(text);
        if (sequence === null && text !== '') continue;
        const [, operator = '', parameters = '', final = ''] = sequence ?? [];
        if (final !== '') apply(operator, parameters, final);
        else if (text.length < maxSequenceBytes) begun = bytes.subarray(at);
      }
    },
    reset() {
      return [
        ...changed.values(),
        keyboardDepth > 0 ? `\u001b[<${keyboardDepth}u` : '',
        isKeyboardSet ? '\u001b[=0;1u' : '',
        areOtherKeysModified ? '\u001b[>4;0m' : '',
        isKeypadOn ? '\u001b>' : '',
        ...screens.values(),
      ].join('');
    },
  };
}
