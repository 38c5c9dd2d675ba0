import { printable } from './printable.ts';

/** Turns recorded bytes into harmless text, piece by piece. */
export interface SequenceStripper {
  push(bytes: Uint8Array): string;
  /** What was held back for the next piece. */
  end(): string;
}

/** The same for what is there as a whole. */
export function strippedText(bytes: Uint8Array): string {
  const stripper = createSequenceStripper();
  return stripper.push(bytes) + stripper.end();
}

type State = 'text' | 'escape' | 'short' | 'control' | 'string' | 'string-escape';

const introducers = /[\u001b\u0090\u0098\u009b\u009d-\u009f]/g;

/**
 * Takes escape sequences (ECMA-48, in their 7-bit and 8-bit forms) out of a
 * stream and makes other control characters visible. `\r\n` becomes `\n`.
 *
 * The text does not depend on where the pieces were cut, and nothing grows
 * with the stream. A control string that is never closed ends with its line,
 * so that a stray `ESC ]` does not swallow the rest.
 */
export function createSequenceStripper(): SequenceStripper {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let state: State = 'text';
  let heldReturn = '';

  function withoutSequences(text: string): string {
    let kept = '';
    for (let at = 0; at < text.length; ) {
      if (state === 'text') {
        introducers.lastIndex = at;
        const next = introducers.exec(text)?.index ?? text.length;
        kept += text.slice(at, next);
        if (next < text.length) state = stateAfter(text[next] ?? '');
        at = next + 1;
        continue;
      }
      const character = text[at] ?? '';
      const step = nextState(state, character);
      // A character that does not belong to the sequence ends it and is read again as text.
      if (step === 'unexpected') {
        if (state === 'escape') kept += '\u001b';
        state = 'text';
        continue;
      }
      state = step;
      at += 1;
    }
    return kept;
  }

  function lines(text: string): string {
    const whole = heldReturn + text;
    heldReturn = whole.endsWith('\r') ? '\r' : '';
    return printable(whole.slice(0, whole.length - heldReturn.length).replaceAll('\r\n', '\n'));
  }

  return {
    push: (bytes) => lines(withoutSequences(decoder.decode(bytes, { stream: true }))),
    end() {
      const rest = lines(withoutSequences(decoder.decode()));
      return rest + printable(heldReturn);
    },
  };
}

function stateAfter(introducer: string): State {
  if (introducer === '\u001b') return 'escape';
  return introducer === '\u009b' ? 'control' : 'string';
}

function nextState(state: Exclude<State, 'text'>, character: string): State | 'unexpected' {
  switch (state) {
    case 'escape':
      if (character === '[') return 'control';
      if (/[\]PX^_]/.test(character)) return 'string';
      return shortEscape(character);
    case 'short':
      return shortEscape(character);
    case 'control':
      if (character >= ' ' && character <= '?') return 'control';
      return character >= '@' && character <= '~' ? 'text' : 'unexpected';
    case 'string':
      if (character === '\u0007' || character === '\u009c') return 'text';
      if (character === '\u001b') return 'string-escape';
      return character === '\n' ? 'unexpected' : 'string';
    case 'string-escape':
      // ESC \ closes the string; any other sequence breaks it off.
      return character === '\\' ? 'text' : nextState('escape', character);
  }
}

/** Intermediate characters, then a final one. */
function shortEscape(character: string): State | 'unexpected' {
  if (character >= ' ' && character <= '/') return 'short';
  return character >= '0' && character <= '~' ? 'text' : 'unexpected';
}
