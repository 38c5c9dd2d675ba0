import type { Terminal } from '@xterm/headless';
import type { Keyframe } from '../domain/keyframe.ts';
import { screenSequences } from './screen-sequences.ts';
import { internalsOf } from './terminal-internals.ts';

/** So much is read and shown, from a keyframe on, in a small part of the tenth of a second that nobody notices. */
const defaultIntervalBytes = 64 * 1024;

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
    /** One is due after so many bytes; 64 KiB where absent. */
    readonly intervalBytes?: number;
    readonly isCursorVisible: () => boolean;
    readonly onKeyframe: (keyframe: Omit<Keyframe, 'timeUs'>) => void;
  },
): Keyframes {
  const { intervalBytes = defaultIntervalBytes, isCursorVisible, onKeyframe } = options;
  let offset = 0;
  let dueOffset = intervalBytes;
  let lastBytes: Uint8Array | undefined;

  function takeWhenDue(): void {
    // Nothing tells another terminal how the sequence, or the character, began that it would be in the midst of.
    if (offset < dueOffset || (lastBytes && endsWithinCharacter(lastBytes))) return;
    if (!internalsOf(terminal).isBetweenSequences) return;
    dueOffset = offset + intervalBytes;
    const { cols: columns, rows } = terminal;
    onKeyframe({ offset, columns, rows, screen: screenSequences(terminal, isCursorVisible()) });
  }

  return {
    beforeWrite(bytes) {
      takeWhenDue();
      offset += bytes.length;
      lastBytes = bytes;
    },
    resized() {
      dueOffset = offset;
      takeWhenDue();
    },
  };
}

/** Whether these bytes of UTF-8 may go on with the rest of a character. */
export function endsWithinCharacter(bytes: Uint8Array): boolean {
  const tail = bytes.subarray(-4);
  const start = tail.findLastIndex((byte) => byte < 0x80 || byte >= 0xc0);
  const byte = tail[start];
  if (byte === undefined) return true;
  if (byte < 0x80) return false;
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
  return tail.length - start < length;
}
