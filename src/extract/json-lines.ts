import type { LineBlock } from '../domain/line.ts';
import type { JsonObject } from './fields.ts';
import { beginsObject, parseObject, readJsonLine } from './json-objects.ts';
import type { Emit, LineScanner, LineTaker, ScannedLine, ScanState } from './line-scanner.ts';
import type { Matcher } from './matcher.ts';
import { messageEvidence } from './message-evidence.ts';
import {
  createMessageReader,
  type MessageLine,
  type MessageReader,
  malformedEvent,
  type StateHint,
} from './message-reader.ts';
import type { Dialect, MessageMatch } from './message-rules.ts';

/** A longer line is no message any more. */
const maxMessageBytes = 8 * 1024 * 1024;

const OPENING_BRACE = 0x7b;
const openingOfObject = Buffer.from('{"');

/** Takes the messages out of one stream's lines, once it turns out to be a JSON stream. */
export interface JsonLines extends LineTaker {
  /** Gives out what only the end of the stream completes. */
  end(at: { readonly endOffset: number; readonly timeUs: number }, state: ScanState): void;
}

/** A line's pieces, as it was cut, up to now. */
interface HeldLine {
  readonly pieces: ScannedLine[];
  bytes: number;
}

export function createJsonLines(options: {
  readonly matcher: Matcher;
  readonly scanner: LineScanner;
  readonly emit: Emit;
  readonly onState: (hint: StateHint) => void;
}): JsonLines {
  const { matcher, scanner, emit } = options;
  const isKnownAnywhere = messageEvidence(matcher.dialects);
  let isKnownHere = isKnownAnywhere;
  let reader: MessageReader | undefined;
  let held: HeldLine | undefined;
  /** Whether the line that goes on is too long, and no longer kept. */
  let isPassingOver = false;

  /** The dialect in which this message tells something, and what. */
  function recognise(message: JsonObject, isProof: (match: MessageMatch) => boolean) {
    for (const dialect of matcher.dialects) {
      const matches = dialect.matchesOf(message);
      if (matches.some(isProof)) return { dialect, matches };
    }
    return undefined;
  }

  function takes(line: ScannedLine, state: ScanState): boolean {
    if (isPassingOver) {
      isPassingOver = line.isCut;
      return true;
    }
    if (held !== undefined) {
      hold(held, line);
      if (line.isCut && held.bytes <= maxMessageBytes) return true;
      const complete = held;
      held = undefined;
      if (line.isCut) giveUp(complete, state);
      else if (!takesLine(whole(complete), state)) scanAsText(complete, state);
      return true;
    }
    if (line.isCut && !state.open && mayHoldMessage(line)) {
      held = { pieces: [], bytes: 0 };
      hold(held, line);
      return true;
    }
    return takesLine(line, state);
  }

  /** Whether a line is worth being looked at as JSON; a glance only, for the many that are not. */
  function mayHoldMessage({ bytes }: ScannedLine): boolean {
    if (bytes[0] === OPENING_BRACE) {
      return reader !== undefined || isKnownAnywhere(bytes);
    }
    return reader !== undefined && bytes.includes(openingOfObject) && isKnownHere(bytes);
  }

  function hold(line: HeldLine, piece: ScannedLine): void {
    line.bytes += piece.bytes.length;
    // The block's bytes are not ours to keep.
    const bytes = Buffer.from(piece.bytes);
    const text = () => bytes.toString('utf8');
    line.pieces.push({ ...piece, bytes, text });
  }

  function takesLine(line: ScannedLine, state: ScanState): boolean {
    if (!mayHoldMessage(line)) return false;
    if (reader === undefined) return begins(line);
    // What the text in a code block says is JSON only when it is a message.
    if (state.open) {
      const message = parseObject(line.text());
      if (message === undefined || !reader.dialect.knows(message)) return false;
      const { block, endOffset } = line;
      scanner.close(state, { stream: block.stream, timeUs: block.timeUs, endOffset }, emit);
      read(message, line);
      return true;
    }
    return takesMessages(line, reader);
  }

  /** Takes the first message, which makes the stream a JSON stream. */
  function begins(line: ScannedLine): boolean {
    const message = parseObject(line.text());
    const found =
      message && recognise(message, ({ rule }) => rule.message.type !== undefined || rule.message.state !== undefined);
    if (message === undefined || found === undefined) return false;
    reader = begin(found.dialect);
    reader.read(message, found.matches, messageLine(line));
    return true;
  }

  function takesMessages(line: ScannedLine, { dialect }: MessageReader): boolean {
    const { form, objects } = readJsonLine(line.text());
    if (form === 'whole') {
      for (const message of objects) read(message, line);
      return true;
    }
    if (form === 'cut') {
      emit(malformedEvent(messageLine(line), 'cut'));
      return true;
    }
    const known = objects.filter((message) => dialect.knows(message));
    const isBegun = beginsObject(line.text());
    // Text may quote an object of some other kind, or the beginning of one.
    if (!isBegun && known.length === 0 && !endsInMessage(line)) return false;
    emit(malformedEvent(messageLine(line), 'mixed'));
    for (const message of known) read(message, line);
    return true;
  }

  /** Whether text is followed by the beginning of a message that is cut. */
  function endsInMessage({ bytes }: ScannedLine): boolean {
    const beginning = bytes.lastIndexOf(openingOfObject);
    return beginning !== -1 && bytes.indexOf('}', beginning) === -1 && isKnownHere(bytes.subarray(beginning));
  }

  function begin(dialect: Dialect): MessageReader {
    isKnownHere = messageEvidence([dialect]);
    return createMessageReader({ ...options, dialect });
  }

  function read(message: JsonObject, line: ScannedLine): void {
    if (reader === undefined) return;
    const matches = reader.dialect.matchesOf(message);
    if (!reader.dialect.knows(message)) {
      // Another agent may have been started in the same stream.
      const other = recognise(message, ({ rule }) => rule.message.type === 'session');
      if (other !== undefined) {
        reader.end({ endOffset: line.endOffset, timeUs: line.block.timeUs });
        reader = begin(other.dialect);
        reader.read(message, other.matches, messageLine(line));
        return;
      }
    }
    reader.read(message, matches, messageLine(line));
  }

  /** A line that is longer than a message may be. */
  function giveUp(line: HeldLine, state: ScanState): void {
    if (reader === undefined) {
      scanAsText(line, state);
      return;
    }
    isPassingOver = true;
    emit(malformedEvent(messageLine(whole(line, line.pieces.slice(0, 1))), 'too long'));
  }

  /** Scans the pieces of a line that is no message as what they are: lines that were cut. */
  function scanAsText({ pieces }: HeldLine, state: ScanState): void {
    const [first] = pieces;
    const last = pieces.at(-1);
    if (first === undefined || last === undefined) return;
    const block: LineBlock = {
      ...last.block,
      bytes: Buffer.concat(pieces.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])),
      firstLine: first.lineNumber,
      lines: pieces.length,
      lineOffsets: pieces.map(({ offset }) => offset),
      offset: first.offset,
      endOffset: last.endOffset,
      cutLines: new Set(pieces.flatMap(({ isCut }, index) => (isCut ? [index] : []))),
    };
    // They were held back until now, and a checkpoint may stand between them and here.
    const late: Emit = (event, match) => emit({ ...event, endOffset: last.endOffset }, match);
    scanner.scan(block, state, late);
  }

  return {
    get wantsEvery() {
      return reader !== undefined || held !== undefined || isPassingOver;
    },
    takes,
    end(at, state) {
      const rest = held;
      held = undefined;
      if (rest !== undefined && !takesLine(whole(rest), state)) scanAsText(rest, state);
      reader?.end(at);
    },
  };
}

/** The pieces of a line as one. */
function whole({ pieces }: HeldLine, shown: readonly ScannedLine[] = pieces): ScannedLine {
  const [first] = pieces;
  const last = pieces.at(-1);
  if (first === undefined || last === undefined) throw new Error('a line without pieces');
  const bytes = Buffer.concat(shown.map((piece) => piece.bytes));
  const { endOffset, block } = last;
  return { ...first, block, bytes, text: () => bytes.toString('utf8'), endOffset, isCut: false };
}

function messageLine({ block, text, offset, endOffset, lineNumber }: ScannedLine): MessageLine {
  const { stream, timeUs } = block;
  return { stream, offset, endOffset, lineNumber, timeUs, text: text() };
}
