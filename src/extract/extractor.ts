import { type Stream, streams } from '../domain/chunk.ts';
import type { Event } from '../domain/event.ts';
import type { LineBlock } from '../domain/line.ts';
import { createJsonLines, type JsonLines } from './json-lines.ts';
import { createLineScanner, type Emit, type ScanState } from './line-scanner.ts';
import type { Matcher } from './matcher.ts';
import type { StateHint } from './message-reader.ts';
import { createRepeatedEvents } from './repeated-events.ts';
import { createSessionBudget, type DisabledPattern } from './session-budget.ts';

/** Turns one session's lines into events. */
export interface Extractor {
  /** The events that these lines complete. Each stream's blocks must come in order. */
  scan(block: LineBlock): Event[];
  /** What only the end of the output completes, such as code blocks that were still open. */
  end(): Event[];
  /** Patterns that took too long in this session, and are left out from then on. */
  disabled(): readonly DisabledPattern[];
}

interface StreamState extends ScanState {
  readonly json: JsonLines;
  endOffset: number;
  timeUs: number;
}

/**
 * Which events come out depends on the lines alone, not on how they are cut
 * into blocks (but for `timeUs`, which is the completing block's).
 *
 * @param options.onState is told the states that patterns and messages stand for, in order
 */
export function createExtractor(options: {
  matcher: Matcher;
  nowMs: () => number;
  onState?: (hint: StateHint) => void;
}): Extractor {
  const { matcher, nowMs, onState = () => undefined } = options;
  const budget = createSessionBudget();
  const scanner = createLineScanner({ matcher, budget, nowMs });
  const repeated = createRepeatedEvents(matcher.repeats);
  const states = new Map<Stream, StreamState>();
  let events: Event[] = [];

  const emit: Emit = (event, match) => {
    const isEvent = match === undefined || match.pattern.type !== undefined;
    if (isEvent && repeated.isRepetition(event)) return;
    if (isEvent) events.push(event);
    const { id = '', state } = match?.pattern ?? {};
    if (state === undefined) return;
    const { stream, lineNumber, timeUs } = event;
    onState({ state, source: 'pattern', pattern: id, stream, lineNumber, timeUs });
  };

  function stateOf(stream: Stream): StreamState {
    let state = states.get(stream);
    if (state === undefined) {
      const json = createJsonLines({ matcher, scanner, emit, onState });
      state = { sections: matcher.newSections(), json, endOffset: 0, timeUs: 0 };
      states.set(stream, state);
    }
    return state;
  }

  function taken(): Event[] {
    const all = events;
    events = [];
    return all;
  }

  return {
    scan(block) {
      const state = stateOf(block.stream);
      scanner.scan(block, state, emit, state.json);
      state.endOffset = block.endOffset;
      state.timeUs = block.timeUs;
      return taken();
    },
    end() {
      for (const stream of streams) {
        const state = states.get(stream);
        if (state === undefined) continue;
        const { timeUs, endOffset } = state;
        state.json.end({ endOffset, timeUs }, state);
        scanner.close(state, { stream, timeUs, endOffset }, emit);
      }
      return taken();
    },
    disabled: () => budget.disabled(),
  };
}
