import type { Stream } from '../domain/chunk.ts';
import { limits } from '../domain/config.ts';
import type { Event } from '../domain/event.ts';
import type { LineBlock } from '../domain/line.ts';
import type { Emit, LineScanner, ScanState } from './line-scanner.ts';
import type { MessageContext } from './matcher.ts';
import type { Sections } from './sections.ts';

/** The JSON line that a text stands in. */
export interface MessagePlace {
  readonly stream: Stream;
  readonly offset: number;
  readonly endOffset: number;
  readonly lineNumber: number;
  readonly timeUs: number;
}

/**
 * The text of one message, which may come in parts.
 *
 * Its lines are scanned as if printed; what is found in them stands where the
 * JSON line stands in which the text's line began.
 */
export interface MessageText {
  add(text: string, place: MessagePlace, emit: Emit): void;
  /** Reads the last line, and ends the code block that is open. */
  end(place: MessagePlace, emit: Emit): void;
}

export function createMessageText(options: {
  readonly scanner: LineScanner;
  readonly sections: Sections;
  readonly context: MessageContext;
}): MessageText {
  const { scanner, sections, context } = options;
  const state: ScanState = { sections, message: context };
  let unfinished = '';
  /** Counts the lines of the text, from 1. */
  let nextLine = 1;
  /** Which JSON line the lines of the text began in, from each of these on. */
  let places: { readonly from: number; readonly place: MessagePlace }[] = [];

  const placeOf = (line: number) => places.findLast(({ from }) => from <= line)?.place ?? places[0]?.place;

  function scan(text: string, place: MessagePlace, emit: Emit): void {
    const block = blockOf(text, nextLine, place);
    nextLine += block.lines;
    scanner.scan(block, state, (event, match) => emit(placed(event, place), match));
    // Of lines that are over only those of an open code block are still asked for.
    if (!state.open) places = places.slice(-1);
  }

  /** The event with the JSON lines' numbers and offsets instead of the text's. */
  function placed(event: Event, completedIn: MessagePlace): Event {
    const began = placeOf(event.lineNumber) ?? completedIn;
    const { endOffset, timeUs, stream } = completedIn;
    const moved = { ...event, stream, offset: began.offset, lineNumber: began.lineNumber, endOffset, timeUs };
    if (!event.codeBlock) return moved;
    const { lineStart, lineEnd } = event.codeBlock;
    const first = placeOf(lineStart)?.lineNumber ?? began.lineNumber;
    const last = lineEnd < lineStart ? first - 1 : (placeOf(lineEnd)?.lineNumber ?? first);
    return { ...moved, codeBlock: { ...event.codeBlock, lineStart: first, lineEnd: last } };
  }

  return {
    add(text, place, emit) {
      const from = unfinished === '' ? nextLine : nextLine + 1;
      if (places.at(-1)?.from === from) places.pop();
      places.push({ from, place });
      const whole = unfinished + text;
      const end = whole.lastIndexOf('\n') + 1;
      unfinished = whole.slice(end);
      if (end > 0) scan(whole.slice(0, end), place, emit);
    },
    end(place, emit) {
      if (unfinished !== '') scan(`${unfinished}\n`, place, emit);
      unfinished = '';
      const { stream, endOffset, timeUs } = place;
      scanner.close(state, { stream, endOffset, timeUs }, (event) => emit(placed(event, place)));
    },
  };
}

function blockOf(text: string, firstLine: number, { stream, timeUs }: MessagePlace): LineBlock {
  const cutLines = new Set<number>();
  const lines = plain(text)
    .slice(0, -1)
    .split('\n')
    .flatMap((line, index) => {
      const pieces = piecesOf(line);
      for (let piece = 0; piece < pieces.length - 1; piece += 1) cutLines.add(index + piece);
      return pieces;
    });
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  return { stream, bytes, firstLine, lines: lines.length, offset: 0, endOffset: 0, timeUs, cutLines };
}

/** ECMA-48: a control sequence, a control string (a title, a link), or a shorter one; what is cut off ends with its line. */
const escapeSequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/g;

/** As the line splitter does it with printed text: without escape sequences, and with what was overwritten gone. */
function plain(text: string): string {
  const stripped = text.includes('\u001b') ? text.replace(escapeSequence, '') : text;
  return stripped.includes('\r') ? stripped.replace(/\r+\n/g, '\n').replace(/^.*\r/gm, '') : stripped;
}

/** A line in pieces that the patterns can be run on. */
function piecesOf(line: string): string[] {
  if (line.length <= limits.maxLineBytes) return [line];
  const pieces: string[] = [];
  for (let start = 0; start < line.length; start += limits.maxLineBytes) {
    pieces.push(line.slice(start, start + limits.maxLineBytes));
  }
  return pieces;
}
