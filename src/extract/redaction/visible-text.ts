import { behindEscape } from '../../domain/escape-sequence.ts';

const LINE_FEED = 0x0a;
const ESCAPE = 0x1b;
const SPACE = 0x20;

/** Bytes as they are to be read, and where each stands among those that they were taken from. */
export interface VisibleText {
  /** Ended by a line feed, also where the text is not. */
  readonly bytes: Buffer;
  /** How many of the bytes are the text's own. */
  readonly length: number;
  /** Where the bytes from `start` to `end` stand in the source: as many ranges as they are interrupted by sequences. */
  sourceRanges(start: number, end: number): [number, number][];
  /** The first byte that is taken from `source` or behind it; the length where there is none. */
  indexOf(source: number): number;
}

/** All of the bytes, as they are. */
export function plainText(source: Buffer): VisibleText {
  const bytes = source.at(-1) === LINE_FEED ? source : Buffer.concat([source, Buffer.of(LINE_FEED)]);
  return {
    bytes,
    length: source.length,
    sourceRanges: (start, end) => [[start, end]],
    indexOf: (index) => Math.min(index, source.length),
  };
}

/** Fewer are copied faster one by one than by a call. */
const leastBytesForCopy = 64;

/** Collects bytes of a source, in runs. */
export class TextBuilder {
  readonly #source: Buffer;
  readonly #bytes: Buffer;
  #length = 0;
  /** Where each run begins, here and in the source. What was added is of no place in it. */
  readonly #runs: { readonly at: number; readonly source: number }[] = [];

  constructor(source: Buffer) {
    this.#source = source;
    this.#bytes = Buffer.allocUnsafe(source.length + 1);
  }

  /** Bytes from `start` to `end` of the source. */
  take(start: number, end: number): void {
    if (start >= end) return;
    this.#runs.push({ at: this.#length, source: start });
    const [source, bytes, length] = [this.#source, this.#bytes, this.#length];
    this.#length = length + end - start;
    if (end - start >= leastBytesForCopy) source.copy(bytes, length, start, end);
    else for (let at = start; at < end; at += 1) bytes[length + at - start] = source[at] ?? 0;
  }

  /** A byte in the place of the sequence at `source`. */
  put(byte: number, source: number): void {
    this.#runs.push({ at: this.#length, source });
    this.#bytes[this.#length++] = byte;
  }

  build(): VisibleText {
    const length = this.#length;
    const runs = this.#runs;
    const endsLine = length > 0 && this.#bytes[length - 1] === LINE_FEED;
    if (!endsLine) this.#bytes[length] = LINE_FEED;
    return {
      bytes: this.#bytes.subarray(0, endsLine ? length : length + 1),
      length,
      sourceRanges(start, end) {
        const ranges: [number, number][] = [];
        let index = runs.findLastIndex(({ at }) => at <= start);
        for (let at = start; at < end; index += 1) {
          const run = runs[index];
          if (run === undefined) break;
          const stop = Math.min(end, runs[index + 1]?.at ?? length);
          ranges.push([run.source + at - run.at, run.source + stop - run.at]);
          at = stop;
        }
        return ranges;
      },
      indexOf(source) {
        const index = runs.findLastIndex((run) => run.source <= source);
        const run = runs[index];
        return run === undefined ? 0 : Math.min(runs[index + 1]?.at ?? length, run.at + source - run.source);
      },
    };
  }
}

/** Final bytes of the control sequences that lead elsewhere on the screen: what follows is not the same word. */
const movements = new Set(Array.from('ABDEFGHdfrsu', (letter) => letter.charCodeAt(0)));
/** Cursor forward: some interfaces paint spaces so. */
const FORWARD = 0x43;
const CONTROL_SEQUENCE = 0x5b;

/** Shorter texts in control strings hold no secret. */
const shortestString = 8;

/**
 * What a terminal shows of these bytes, as far as it is printed one after the other: colours are left out, and where
 * the cursor moves away a line ends. What control strings hold (titles, links) is a text of its own, one line each.
 */
export function visibleTexts(source: Buffer): [VisibleText, VisibleText?] {
  let escape = source.indexOf(ESCAPE);
  if (escape === -1) return [plainText(source)];
  const text = new TextBuilder(source);
  let strings: TextBuilder | undefined;
  const addString = (from: number, to: number) => {
    if (to - from < shortestString) return;
    strings ??= new TextBuilder(source);
    strings.take(from, to);
    strings.put(LINE_FEED, to);
  };
  let position = 0;
  for (; escape !== -1; escape = source.indexOf(ESCAPE, position)) {
    text.take(position, escape);
    position = behindEscape(source, escape, source.length, addString);
    const final = source[position - 1] ?? 0;
    if (source[escape + 1] !== CONTROL_SEQUENCE) continue;
    if (final === FORWARD) text.put(SPACE, escape);
    else if (movements.has(final)) text.put(LINE_FEED, escape);
  }
  text.take(position, source.length);
  return strings === undefined ? [text.build()] : [text.build(), strings.build()];
}
