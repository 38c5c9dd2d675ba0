import type { Chunk, Stream } from '../../domain/chunk.ts';
import type { Detector, Finding } from './detector.ts';
import { maskBytes } from './mask.ts';
import { createPrivateKeyReader, type PrivateKeyReader } from './private-keys.ts';
import { type VisibleText, visibleTexts } from './visible-text.ts';
import { wrappedRows } from './wrapped-rows.ts';

const LINE_FEED = 0x0a;
const STAR = 0x2a;

/** How far back a secret may have begun: in a pipe within its line, on a terminal some rows above. */
const maxLineContextBytes = 16 * 1024;
const terminalContextBytes = 4 * 1024;
/** A longer word holds no secret that is still to be completed. */
const maxWordBytes = 4 * 1024;
/** Each finds what the one before has laid bare. */
const mostLooks = 4;

/** Masks the secrets in a session's chunks, in place. */
export interface Redactor {
  /**
   * Chunks that follow each other in one stream, looked at as one: a screen is painted in many small ones, and each
   * look begins far back. Their bytes are kept for a while: what comes next may show what they are.
   */
  take(chunks: readonly Chunk[]): void;
  /** The terminal's width from now on. */
  resize(columns: number): void;
  /** Up to which offset what comes next is unlikely to change anything. */
  decidedTo(stream: Stream): number;
}

interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Look {
  readonly source: Buffer;
  readonly text: VisibleText;
  readonly hasChanged: boolean;
}

interface StreamState {
  /** The bytes before the next chunk that may still be a part of a secret, in the memory in which they came. */
  parts: readonly Part[];
  readonly keys: PrivateKeyReader;
  decidedTo: number;
}

/**
 * Every chunk is looked at together with what may belong to it from before, so that it does not matter how a secret
 * was cut. What is found then is masked in the chunks before, too, and told.
 */
export function createRedactor(options: {
  readonly detector: Detector;
  /** Of the session's terminal; undefined where it had none. */
  readonly columns: number | undefined;
  /** The bytes at this offset are these from now on. */
  readonly onMasked: (stream: Stream, offset: number, bytes: Uint8Array) => void;
  /** A secret was found that was not known before. */
  readonly onFound: (rule: string) => void;
}): Redactor {
  const { detector, onMasked, onFound } = options;
  let { columns } = options;
  const states = new Map<Stream, StreamState>();

  function stateOf(stream: Stream): StreamState {
    let state = states.get(stream);
    if (state === undefined) {
      state = { parts: [], keys: createPrivateKeyReader(), decidedTo: 0 };
      states.set(stream, state);
    }
    return state;
  }

  /** Masks a finding where it stands, in all the chunks that it reaches over. @returns whether anything has changed */
  function mask(
    stream: Stream,
    parts: readonly Part[],
    ranges: readonly [number, number][],
    finding: Finding,
  ): boolean {
    const pieces = ranges.flatMap(([from, to]) =>
      parts.map(({ offset, bytes }) => {
        const start = Math.max(0, from - offset);
        return { offset: offset + start, bytes: bytes.subarray(start, Math.max(start, to - offset)) };
      }),
    );
    const wasFound = pieces.some(({ bytes }) => bytes.includes(STAR));
    let hasChanged = false;
    for (const { offset, bytes } of pieces) {
      if (!maskBytes(bytes, 0, bytes.length, finding.mask)) continue;
      onMasked(stream, offset, bytes);
      hasChanged = true;
    }
    // What goes on with what was masked before is not another one.
    if (hasChanged && !wasFound && finding.isCounted) onFound(finding.rule);
    return hasChanged;
  }

  /**
   * Masks what is found in these parts now.
   *
   * @param keys what is known of private keys from before `newFrom`
   */
  function look(stream: Stream, parts: readonly Part[], keys: PrivateKeyReader, newFrom: number): Look {
    const source = joined(parts);
    const start = parts[0]?.offset ?? 0;
    const [text, strings] = visibleTexts(source);
    const wrapped = columns === undefined ? undefined : wrappedRows(text, columns);
    let hasChanged = false;
    const maskAll = (at: VisibleText, findings: readonly Finding[]) => {
      for (const finding of findings) {
        const ranges = at.sourceRanges(finding.start, finding.end);
        const inStream = ranges.map(([from, to]): [number, number] => [start + from, start + to]);
        if (mask(stream, parts, inStream, finding)) hasChanged = true;
      }
    };
    const lastLine =
      text.length === text.bytes.length ? text.length : text.bytes.lastIndexOf(LINE_FEED, text.length - 1) + 1;
    maskAll(text, detector.findIn(text.bytes, keys, text.indexOf(newFrom - start), lastLine));
    for (const other of [strings, wrapped]) {
      if (other) maskAll(other, detector.findIn(other.bytes, createPrivateKeyReader()));
    }
    return { source, text, hasChanged };
  }

  return {
    take(chunks) {
      const first = chunks.find(({ bytes }) => bytes.length > 0);
      if (first === undefined) return;
      const { stream } = first;
      const state = stateOf(stream);
      const parts = [...state.parts, ...chunks];
      const start = parts[0]?.offset ?? first.offset;
      let { source, text, hasChanged } = look(stream, parts, state.keys, first.offset);
      // A mask shows what the bytes beside it are: whoever reads it later is to find nothing more.
      for (let looks = 1; hasChanged && looks < mostLooks; looks += 1) {
        ({ source, text, hasChanged } = look(stream, parts, createPrivateKeyReader(), start));
      }
      state.decidedTo = start + decidedIn(text, source.length);
      state.parts = lastOf(parts, start + contextStart(source, columns !== undefined));
    },
    resize(newColumns) {
      if (columns !== undefined) columns = newColumns;
    },
    decidedTo: (stream) => states.get(stream)?.decidedTo ?? 0,
  };
}

function joined(parts: readonly Part[]): Buffer {
  const [first, ...more] = parts;
  if (first === undefined) return Buffer.alloc(0);
  const { buffer, byteOffset, byteLength } = first.bytes;
  return more.length === 0
    ? Buffer.from(buffer, byteOffset, byteLength)
    : Buffer.concat(parts.map(({ bytes }) => bytes));
}

/** Where what comes next is to be looked at with what is there from. */
function contextStart(source: Buffer, isTerminal: boolean): number {
  if (isTerminal) return Math.max(0, source.length - terminalContextBytes);
  return Math.max(source.lastIndexOf(LINE_FEED) + 1, source.length - maxLineContextBytes);
}

function lastOf(parts: readonly Part[], from: number): Part[] {
  return parts.flatMap(({ offset, bytes }) => {
    const cut = Math.max(0, from - offset);
    return cut >= bytes.length ? [] : [{ offset: offset + cut, bytes: bytes.subarray(cut) }];
  });
}

const wordByte = /[\w.~+/=%@:*"'\\-]/;

/** Where the word begins in the source that it ends with, and that may go on. */
function decidedIn(text: VisibleText, sourceLength: number): number {
  const { bytes, length } = text;
  const earliest = Math.max(0, length - maxWordBytes);
  let wordStart = length;
  while (wordStart > earliest && wordByte.test(String.fromCharCode(bytes[wordStart - 1] ?? 0))) wordStart -= 1;
  if (wordStart === length || length - wordStart === maxWordBytes) return sourceLength;
  return text.sourceRanges(wordStart, length)[0]?.[0] ?? sourceLength;
}
