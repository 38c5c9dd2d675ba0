/*
 * A recording's output for the user's own terminal: what moves the cursor, paints, scrolls and clears passes. What
 * makes a terminal answer, write the clipboard, change its title, colours, size or keyboard, print, or send what is
 * done with a mouse does not: all of OSC, DCS, APC, PM and SOS; DSR, DA, DECRQM, DECREQTPARM, XTVERSION, DECID, ENQ;
 * window operations; media copy; keyboard protocols; the modes of mouse, focus, paste and application keys. Only
 * what is known to be harmless passes (ECMA-48; xterm's ctlseqs, patch 398).
 */

export interface TerminalFilter {
  push(bytes: Uint8Array): string;
  /** What sets back whatever was changed and outlives the replay. */
  reset(): string;
}

/** Finals of control sequences without a prefix or intermediates. */
const finals = new Set('@ABCDEFGHIJKLMPSTXZ`abdefgmrsu');
/** With an intermediate: soft reset, cursor style, left and right scrolling. */
const withIntermediates = new Set(['!p', ' q', ' @', ' A']);
/** Private modes: reverse video, origin, wrapping, blinking, cursor, alternate screens, margins, frames. */
const privateModes = new Set([5, 6, 7, 12, 25, 45, 47, 69, 1047, 1048, 1049, 2026]);
/** Insert mode; of the others, one turns line feeds into something else and one locks the keyboard. */
const ansiModes = new Set([4]);
/** Short sequences: save and restore, index, tabs, character sets, full reset, alignment test. */
const shortFinals = new Set('78DEHMNOcno|}~');
const intermediatesOfShort = new Set('()*+-./#');

const control = /^([<-?]?)([0-9;:]*)([ -/]*)([@-~])$/;
const longestSequence = 256;

type State = 'text' | 'escape' | 'control' | 'string' | 'string-escape';

/**
 * @param feedsAlone whether a line feed alone becomes an index (ESC D), which does the same: a terminal in raw mode
 * may take it for the beginning of a line. Not for output that was not meant for a terminal
 */
export function createTerminalFilter({ feedsAlone }: { readonly feedsAlone: boolean }): TerminalFilter {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const changed = new Set<number>();
  let state: State = 'text';
  let sequence = '';
  let last = '';

  function textOf(character: string): string {
    const code = character.charCodeAt(0);
    if (code === 0x1b) return begin('escape');
    if (code === 0x9b) return begin('control');
    if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) return begin('string');
    if (character === '\n' && feedsAlone && last !== '\r') return '\x1bD';
    const isHarmless = code >= 0x20 ? code < 0x7f || code > 0x9f : code >= 0x07 && code <= 0x0f;
    return isHarmless ? character : '';
  }

  function begin(next: State): string {
    state = next;
    sequence = '';
    return '';
  }

  function escape(character: string): string {
    if (character === '[') return begin('control');
    if (/[\]PX^_]/.test(character)) return begin('string');
    if (character >= ' ' && character <= '/') {
      sequence += character;
      return '';
    }
    state = 'text';
    if (sequence === '') return shortFinals.has(character) ? `\x1b${character}` : '';
    const isCharset = sequence.length === 1 && intermediatesOfShort.has(sequence);
    return isCharset && character >= '0' && character <= '~' ? `\x1b${sequence}${character}` : '';
  }

  function controlled(character: string): string {
    const code = character.charCodeAt(0);
    if (code === 0x1b) return begin('escape');
    if (code === 0x18 || code === 0x1a) return begin('text');
    // A terminal does what a control character within a sequence says, and goes on with it.
    if (code < 0x20) return textOf(character);
    if (sequence.length < longestSequence) sequence += character;
    if (code < 0x40) return '';
    state = 'text';
    return code > 0x7e ? '' : harmless(sequence);
  }

  function harmless(text: string): string {
    const [, prefix = '', parameters = '', intermediates = '', final = ''] = control.exec(text) ?? [];
    if (final === 'h' || final === 'l') return intermediates === '' ? modes(prefix, parameters, final) : '';
    const passes =
      prefix === '' && (intermediates === '' ? finals.has(final) : withIntermediates.has(intermediates + final));
    return passes ? `\x1b[${text}` : '';
  }

  function modes(prefix: string, parameters: string, final: 'h' | 'l'): string {
    const known = prefix === '?' ? privateModes : prefix === '' ? ansiModes : undefined;
    const passing = parameters.split(';').filter((mode) => known?.has(Number(mode)));
    if (passing.length === 0) return '';
    if (prefix === '?') for (const mode of passing) note(Number(mode), final === 'h');
    return `\x1b[${prefix}${passing.join(';')}${final}`;
  }

  function note(mode: number, isOn: boolean): void {
    const isOnByDefault = mode === 7 || mode === 25;
    if (isOn === isOnByDefault) changed.delete(mode);
    else changed.add(mode);
  }

  function step(character: string): string {
    switch (state) {
      case 'text':
        return textOf(character);
      case 'escape':
        return character === '\x1b' ? begin('escape') : escape(character);
      case 'control':
        return controlled(character);
      case 'string':
        if (character === '\x1b') state = 'string-escape';
        else if (/[\x07\x18\x1a\x9c]/.test(character)) state = 'text';
        return '';
      case 'string-escape':
        if (character === '\\') return begin('text');
        begin('escape');
        return step(character);
    }
  }

  return {
    push(bytes) {
      let text = '';
      for (const character of decoder.decode(bytes, { stream: true })) {
        text += step(character);
        last = character;
      }
      return text;
    },
    reset() {
      const screens = [47, 1047, 1049].filter((mode) => changed.has(mode));
      const others = [...changed].filter((mode) => !screens.includes(mode));
      const back = (mode: number) => `\x1b[?${mode}${mode === 7 || mode === 25 ? 'h' : 'l'}`;
      changed.clear();
      // Alternate screens are left last. Margins, character sets and colours are always set back.
      return `${others.map(back).join('')}\x1b[4l\x1b(B\x0f\x1b[m${screens.length > 0 ? '\x1b[r' : ''}${screens.map(back).join('')}`;
    },
  };
}
