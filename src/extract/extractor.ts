import { type Stream, streams } from '../domain/chunk.ts';
import type { Event, JsonValue } from '../domain/event.ts';
import type { LineBlock } from '../domain/line.ts';
import { boundedText } from './bounded-text.ts';
import { closes, type Fence, type OpenCodeBlock, openCodeBlock, openingFence } from './code-fences.ts';
import type { LineCursor } from './literal-scanner.ts';
import { matchMetadata } from './match-metadata.ts';
import type { Match, Matcher } from './matcher.ts';
import { createRepeatedEvents } from './repeated-events.ts';
import type { Sections } from './sections.ts';
import { createSessionBudget, type DisabledPattern } from './session-budget.ts';

const LINE_FEED = 0x0a;

/** Turns one session's lines into events. */
export interface Extractor {
  /** The events that these lines complete. Each stream's blocks must come in order. */
  scan(block: LineBlock): Event[];
  /** The code blocks that were still open when the output ended. */
  end(): Event[];
  /** Patterns that took too long in this session, and are left out from then on. */
  disabled(): readonly DisabledPattern[];
}

interface StreamState {
  readonly sections: Sections;
  open?: { readonly block: OpenCodeBlock; readonly at: LinePlace; readonly line: string; isCut: boolean } | undefined;
  /** The fence of a block that was given out unfinished: what closes it opens no other one. */
  unfinished?: Fence | undefined;
  endOffset: number;
  timeUs: number;
}

interface LinePlace {
  readonly offset: number;
  readonly lineNumber: number;
}

/**
 * Which events come out depends on the lines alone, not on how they are cut
 * into blocks (but for `timeUs`, which is the completing block's).
 */
export function createExtractor(options: { matcher: Matcher; nowMs: () => number }): Extractor {
  const { matcher, nowMs } = options;
  const budget = createSessionBudget();
  const repeated = createRepeatedEvents(matcher.repeats);
  const states = new Map<Stream, StreamState>();

  function stateOf(stream: Stream): StreamState {
    let state = states.get(stream);
    if (state === undefined) {
      state = { sections: matcher.newSections(), endOffset: 0, timeUs: 0 };
      states.set(stream, state);
    }
    return state;
  }

  /** Reads on in the open code block; true when it is complete. */
  function continueBlock(open: NonNullable<StreamState['open']>, bytes: Buffer, cursor: LineCursor, block: LineBlock) {
    const first = cursor.nextIndex;
    const { end, lines, state } = open.block.take(bytes, cursor.position);
    cursor.goTo(end, first + lines);
    for (const cut of block.cutLines ?? []) open.isCut ||= cut >= first && cut < first + lines;
    return state;
  }

  function scan(block: LineBlock): Event[] {
    const { stream, timeUs } = block;
    const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
    const state = stateOf(stream);
    const { sections } = state;
    const cursor = matcher.cursorOver(bytes);
    const events: Event[] = [];
    const add = (event: Event) => {
      if (!repeated.isRepetition(event)) events.push(event);
    };

    while (cursor.position < bytes.length) {
      if (state.open) {
        const outcome = continueBlock(state.open, bytes, cursor, block);
        if (outcome === 'open') break;
        // The line that completes the block: its closing fence, or the first without room in it.
        const lineEnd = outcome === 'closed' ? cursor.position : bytes.indexOf(LINE_FEED, cursor.position) + 1;
        const endOffset = endOffsetOf(block, outcome === 'closed' ? cursor.nextIndex - 1 : cursor.nextIndex, lineEnd);
        if (outcome === 'full') state.unfinished = state.open.block.fence;
        add(codeBlockEvent(state.open, { stream, timeUs, endOffset }, outcome));
        state.open = undefined;
        continue;
      }
      const every = matcher.looksAtEvery(sections, block.firstLine + cursor.nextIndex);
      if (!cursor.next(every, sections.dormant)) break;
      const { lineStart, lineEnd, lineIndex } = cursor;
      let decoded: string | undefined;
      const text = () => (decoded ??= bytes.toString('utf8', lineStart, lineEnd));
      const lineNumber = block.firstLine + lineIndex;
      const offset = block.lineOffsets?.[lineIndex] ?? block.offset + lineStart;
      const isCut = block.cutLines?.has(lineIndex) === true;
      if (matcher.mayOpenFence(cursor)) {
        const { unfinished } = state;
        const closesUnfinished = unfinished !== undefined && closes(unfinished, text());
        const fence = closesUnfinished ? undefined : openingFence(text());
        if (closesUnfinished || fence) state.unfinished = undefined;
        if (fence) {
          state.open = { block: openCodeBlock(fence, lineNumber), at: { offset, lineNumber }, line: text(), isCut };
        }
        if (closesUnfinished || fence) continue;
      }
      const matches = matcher.matchesIn(text, cursor, { stream, lineNumber, sections, budget, nowMs });
      if (matches.length === 0) continue;
      const endOffset = endOffsetOf(block, lineIndex, lineEnd + 1);
      for (const match of matches) {
        add({ stream, offset, endOffset, lineNumber, timeUs, ...matchFields(match, text(), isCut) });
      }
    }
    matcher.countLines(cursor.nextIndex);
    state.endOffset = block.endOffset;
    state.timeUs = timeUs;
    return events;
  }

  return {
    scan,
    end() {
      const events: Event[] = [];
      for (const stream of streams) {
        const state = states.get(stream);
        if (!state?.open) continue;
        const { timeUs, endOffset } = state;
        const event = codeBlockEvent(state.open, { stream, timeUs, endOffset }, 'unclosed');
        if (!repeated.isRepetition(event)) events.push(event);
        state.open = undefined;
      }
      return events;
    },
    disabled: () => budget.disabled(),
  };
}

/** The offset in the recording behind a line; `lineEnd` is the place behind it in the block. */
function endOffsetOf(block: LineBlock, index: number, lineEnd: number): number {
  if (block.lineOffsets) return block.lineOffsets[index + 1] ?? block.endOffset;
  return Math.min(block.endOffset, block.offset + lineEnd);
}

function matchFields({ pattern, groups }: Match, text: string, isCut: boolean) {
  const metadata = matchMetadata(groups);
  const value = groups.groups?.['value'] ?? '';
  return {
    type: pattern.type,
    pattern: pattern.id,
    risk: pattern.risk,
    autoConfirmable: pattern.autoConfirmable,
    matchedValue: boundedText(value === '' ? groups[0] : value),
    originalLine: boundedText(text),
    ...((metadata ?? isCut) && { metadata: { ...metadata, ...(isCut && { line_cut: true }) } }),
  };
}

function codeBlockEvent(
  open: NonNullable<StreamState['open']>,
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
