import { isChunk, type Moment } from './domain/chunk.ts';
import type { Event } from './domain/event.ts';
import type { Pack } from './domain/pattern.ts';
import type { StateSignal } from './domain/state.ts';
import type { StateHint } from './extract/message-reader.ts';

/** Types of events that show an agent at work. */
const progressTypes: readonly string[] = ['prompt', 'response', 'tool_use', 'file_operation', 'code_block'];

const LINE_FEED = 0x0a;

/** What the recording itself tells of the state. */
export function signalsOfMoment(moment: Moment): StateSignal[] {
  if (isChunk(moment)) {
    const { stream, timeUs, bytes } = moment;
    return [{ kind: 'output', stream, timeUs, bytes: bytes.length, hasLine: bytes.includes(LINE_FEED) }];
  }
  switch (moment.kind) {
    case 'resize':
    case 'gap':
      return [];
    case 'control':
      return [{ kind: 'control', timeUs: moment.timeUs, evidence: { source: 'control', ...moment.deed } }];
    default:
      return [{ kind: moment.kind, timeUs: moment.timeUs }];
  }
}

/** What some lines tell of it, in the order of the lines. */
export function signalsOfLines(hints: readonly StateHint[], events: readonly Event[]): StateSignal[] {
  const found: { lineNumber: number; signal: StateSignal }[] = [];
  for (const { type, pattern, lineNumber, timeUs } of events) {
    if (!progressTypes.includes(type)) continue;
    const evidence = { source: 'pattern', pattern, line: lineNumber } as const;
    found.push({ lineNumber, signal: { kind: 'progress', timeUs, evidence } });
  }
  for (const { state, source, pattern, lineNumber, timeUs } of hints) {
    const evidence = { source, pattern, line: lineNumber } as const;
    found.push({ lineNumber, signal: { kind: 'said', state, timeUs, evidence } });
  }
  // Stable: what a line says of the state counts more than that something stands in it.
  return found.sort((a, b) => a.lineNumber - b.lineNumber).map(({ signal }) => signal);
}

/** The last line of a stream of messages, where it is the beginning of one. */
export function signalOfCutMessage(event: Event): StateSignal | undefined {
  if (event.pattern !== 'json_malformed' || event.metadata?.['reason'] !== 'cut') return undefined;
  const { pattern, lineNumber, timeUs } = event;
  return { kind: 'cut-message', timeUs, evidence: { source: 'message', pattern, line: lineNumber } };
}

/** Ids of the patterns that tell that a turn begins, in packs that also know a line at which one ends. */
export function turnPatterns(packs: readonly Pack[]): ReadonlySet<string> {
  const closing = packs.filter(({ patterns }) => patterns.some(({ state }) => state === 'completed'));
  const opening = closing.flatMap(({ patterns }) => patterns.filter(({ state }) => state === 'working'));
  return new Set(opening.map(({ id }) => id));
}
