import type { Stream } from '../domain/chunk.ts';
import type { Event } from '../domain/event.ts';
import type { JsonValue } from '../domain/json.ts';
import type { LineBlock } from '../domain/line.ts';
import { boundedText } from './bounded-text.ts';
import { closes, type Fence, type OpenCodeBlock, openCodeBlock, openingFence } from './code-fences.ts';
import { matchMetadata } from './match-metadata.ts';
import type { Match, Matcher, MessageContext } from './matcher.ts';
import type { Sections } from './sections.ts';
import type { SessionBudget } from './session-budget.ts';

const LINE_FEED = 0x0a;

/** How things stand between two blocks of lines that follow each other. */
export interface ScanState {
  readonly sections: Sections;
  /** Where the lines are of a message's text. */
  readonly message?: MessageContext;
  open?: OpenFence | undefined;
  /** The fence of a block that was given out unfinished: what closes it opens no other one. */
  unfinished?: Fence | undefined;
}

interface OpenFence {
  readonly block: OpenCodeBlock;
  readonly at: { readonly offset: number; readonly lineNumber: number };
  readonly line: string;
  isCut: boolean;
}

/** A line that the scanner has come to. */
export interface ScannedLine {
  readonly block: LineBlock;
  /** Without its line feed. */
  readonly bytes: Buffer;
  readonly text: () => string;
  readonly offset: number;
  readonly endOffset: number;
  readonly lineNumber: number;
  /** Whether it was cut, and goes on in the next one. */
  readonly isCut: boolean;
  /** Whether it may be a message, as far as a glance tells. */
  readonly mayBeMessage: boolean;
}

/** Where an event goes. It comes with the match that it was made of, but for code blocks and messages. */
export type Emit = (event: Event, match?: Match) => void;

/** Reads lines that are not for patterns. */
export interface LineTaker {
  /** Whether it is to be asked about every line, or only those that begin as messages do. */
  readonly wantsEvery: boolean;
  /** Whether it has read this line. */
  takes(line: ScannedLine, state: ScanState): boolean;
}

/** Finds the events in lines, wherever these come from. */
export interface LineScanner {
  /** @param taker is asked first about lines outside of code blocks, and in a JSON stream about those within */
  scan(block: LineBlock, state: ScanState, emit: Emit, taker?: LineTaker): void;
  /** Gives out the code block that is open when the lines end. */
  close(state: ScanState, at: { stream: Stream; timeUs: number; endOffset: number }, emit: Emit): void;
}

export function createLineScanner(options: {
  matcher: Matcher;
  budget: SessionBudget;
  nowMs: () => number;
}): LineScanner {
  const { matcher, budget, nowMs } = options;

  function scan(block: LineBlock, state: ScanState, emit: Emit, taker?: LineTaker): void {
    const { stream, timeUs } = block;
    const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
    const { sections, message } = state;
    const cursor = matcher.cursorOver(bytes);

    const lineAt = (lineStart: number, lineEnd: number, index: number, mayBeMessage: boolean): ScannedLine => {
      let decoded: string | undefined;
      return {
        block,
        bytes: bytes.subarray(lineStart, lineEnd),
        text: () => (decoded ??= bytes.toString('utf8', lineStart, lineEnd)),
        offset: block.lineOffsets?.[index] ?? block.offset + lineStart,
        endOffset: endOffsetOf(block, index, lineEnd + 1),
        lineNumber: block.firstLine + index,
        isCut: block.cutLines?.has(index) === true,
        mayBeMessage,
      };
    };

    /** Reads on in the open code block, up to its end or to a line that the taker has. */
    const continueBlock = (open: OpenFence) => {
      const lineEnd = taker?.wantsEvery === true ? bytes.indexOf(LINE_FEED, cursor.position) + 1 : bytes.length;
      if (taker?.wantsEvery === true && bytes[cursor.position] === 0x7b) {
        const line = lineAt(cursor.position, lineEnd - 1, cursor.nextIndex, true);
        if (taker.takes(line, state)) {
          cursor.goTo(lineEnd, cursor.nextIndex + 1);
          return;
        }
      }
      const first = cursor.nextIndex;
      const { end, lines, state: outcome } = open.block.take(bytes.subarray(0, lineEnd), cursor.position);
      cursor.goTo(end, first + lines);
      for (const cut of block.cutLines ?? []) open.isCut ||= cut >= first && cut < first + lines;
      if (outcome === 'open') return;
      // The line that completes the block: its closing fence, or the first without room in it.
      const last = outcome === 'closed' ? cursor.position : bytes.indexOf(LINE_FEED, cursor.position) + 1;
      const endOffset = endOffsetOf(block, outcome === 'closed' ? cursor.nextIndex - 1 : cursor.nextIndex, last);
      if (outcome === 'full') state.unfinished = open.block.fence;
      state.open = undefined;
      emit(codeBlockEvent(open, { stream, timeUs, endOffset }, outcome));
    };

    while (cursor.position < bytes.length) {
      if (state.open) {
        continueBlock(state.open);
        continue;
      }
      const every = taker?.wantsEvery === true || matcher.looksAtEvery(sections, block.firstLine + cursor.nextIndex);
      if (!cursor.next(every, sections.dormant)) break;
      const { lineStart, lineEnd, lineIndex } = cursor;
      if (lineStart === lineEnd) sections.blank(block.firstLine + lineIndex);
      const line = lineAt(lineStart, lineEnd, lineIndex, matcher.mayBeMessage(cursor));
      if (taker !== undefined && (line.mayBeMessage || taker.wantsEvery) && taker.takes(line, state)) continue;
      const { text, lineNumber, offset, isCut } = line;
      // An interface shows code without its fences; the last of one would stay open for ever.
      if (block.form !== 'screen' && matcher.mayOpenFence(cursor)) {
        const { unfinished } = state;
        const closesUnfinished = unfinished !== undefined && closes(unfinished, text());
        const fence = closesUnfinished ? undefined : openingFence(text());
        if (closesUnfinished || fence) state.unfinished = undefined;
        if (fence) {
          state.open = { block: openCodeBlock(fence, lineNumber), at: { offset, lineNumber }, line: text(), isCut };
        }
        if (closesUnfinished || fence) continue;
      }
      const form = block.form ?? 'plain';
      const frame = block.frames?.get(lineIndex);
      const context = { stream, lineNumber, sections, budget, nowMs, form, frame, message };
      for (const match of matcher.matchesIn(text, cursor, context)) {
        const place = { stream, offset, endOffset: line.endOffset, lineNumber, timeUs };
        emit({ ...place, ...matchFields(match, text(), isCut) }, match);
      }
    }
    matcher.countLines(cursor.nextIndex);
  }

  return {
    scan,
    close(state, at, emit) {
      if (state.open) emit(codeBlockEvent(state.open, at, 'unclosed'));
      state.open = undefined;
    },
  };
}

/** The offset in the recording behind a line; `lineEnd` is the place behind it in the block. */
function endOffsetOf(block: LineBlock, index: number, lineEnd: number): number {
  // Lines of a terminal are settled on together, long after they were printed.
  if (block.form !== undefined) return block.endOffset;
  if (block.lineOffsets) return block.lineOffsets[index + 1] ?? block.endOffset;
  return Math.min(block.endOffset, block.offset + lineEnd);
}

function matchFields({ pattern, groups }: Match, text: string, isCut: boolean) {
  const metadata = matchMetadata(groups, pattern.metadata);
  const value = groups.groups?.['value'] ?? '';
  return {
    type: pattern.type ?? 'state_change',
    pattern: pattern.id,
    risk: pattern.risk,
    autoConfirmable: pattern.autoConfirmable,
    matchedValue: boundedText(value === '' ? groups[0] : value),
    originalLine: boundedText(text),
    ...((metadata ?? isCut) && { metadata: { ...metadata, ...(isCut && { line_cut: true }) } }),
  };
}

function codeBlockEvent(
  open: OpenFence,
  end: { stream: Stream; timeUs: number; endOffset: number },
  outcome: 'closed' | 'full' | 'unclosed',
): Event {
  const codeBlock = open.block.toCodeBlock(outcome === 'closed');
  const metadata: Record<string, JsonValue> = {};
  if (outcome === 'full') metadata['truncated'] = true;
  if (open.isCut) metadata['line_cut'] = true;
  const firstLine = codeBlock.content.split('\n', 1)[0] ?? '';
  return {
    ...end,
    ...open.at,
    type: 'code_block',
    pattern: 'code_block',
    risk: 'low',
    autoConfirmable: false,
    matchedValue: boundedText(firstLine === '' ? codeBlock.language : firstLine),
    originalLine: boundedText(open.line),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    codeBlock,
  };
}
