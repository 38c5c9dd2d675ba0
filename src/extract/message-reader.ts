import type { Stream } from '../domain/chunk.ts';
import type { Event } from '../domain/event.ts';
import type { JsonValue } from '../domain/json.ts';
import { type EventType, type Message, type RiskLevel, riskLevels } from '../domain/pattern.ts';
import type { SessionState } from '../domain/session.ts';
import { boundedText } from './bounded-text.ts';
import { type JsonObject, rounded } from './fields.ts';
import type { Emit, LineScanner } from './line-scanner.ts';
import type { Matcher } from './matcher.ts';
import type { Dialect, MessageMatch } from './message-rules.ts';
import { createMessageText, type MessagePlace, type MessageText } from './message-text.ts';

type Text = NonNullable<Message['text']>;

/** What was found in a text. */
interface Found {
  readonly event: Event;
  readonly match: Parameters<Emit>[1];
}

/** How many calls, and messages that may be repeated, are remembered. */
const maxRemembered = 10_000;
/** How many kinds of unknown messages are told apart. */
const maxKinds = 20;

const conversation = 'gen_ai.conversation.id';
const toolName = 'gen_ai.tool.name';

/** A message, and the line it stands in. */
export interface MessageLine extends MessagePlace {
  readonly text: string;
}

/** The state that an agent is in, as its output tells. */
export interface StateHint {
  readonly state: SessionState;
  readonly source: 'message' | 'pattern';
  /** Id of the pattern or message that tells. */
  readonly pattern: string;
  readonly stream: Stream;
  readonly lineNumber: number;
  readonly timeUs: number;
}

/** Reads the messages of one JSON stream. */
export interface MessageReader {
  readonly dialect: Dialect;
  /** @param matches what the dialect's rules say of the message */
  read(message: JsonObject, matches: readonly MessageMatch[], line: MessageLine): void;
  /** Gives out what only the end of the stream completes, and counts the unknown messages. */
  end(at: Pick<MessagePlace, 'endOffset' | 'timeUs'>): void;
}

export function createMessageReader(options: {
  readonly matcher: Matcher;
  readonly dialect: Dialect;
  readonly scanner: LineScanner;
  readonly emit: Emit;
  readonly onState: (hint: StateHint) => void;
}): MessageReader {
  const { matcher, dialect, scanner, emit, onState } = options;
  const calls = new Map<string, { readonly tool: JsonValue | undefined; readonly timeUs: number }>();
  const seen = new Set<string>();
  const totals = new Map<string, number>();
  let conversationId: JsonValue | undefined;
  /** The text whose next part is still to come. */
  let parts: { readonly rule: string; readonly text: MessageText } | undefined;
  let lastLine: MessageLine | undefined;
  let unknown: { readonly line: MessageLine; count: number; readonly kinds: Map<string, number> } | undefined;

  function endParts(place: MessagePlace): void {
    parts?.text.end(place, emit);
    parts = undefined;
  }

  function read(message: JsonObject, matches: readonly MessageMatch[], line: MessageLine): void {
    lastLine = line;
    if (matches.length === 0 && !dialect.knows(message)) {
      unknown ??= { line, count: 0, kinds: new Map() };
      unknown.count += 1;
      const kind = dialect.kindOf(message);
      const known = unknown.kinds.has(kind) || unknown.kinds.size < maxKinds - 1 ? kind : 'other';
      unknown.kinds.set(known, (unknown.kinds.get(known) ?? 0) + 1);
    }
    for (const match of matches) tell(match, line);
  }

  function tell(match: MessageMatch, line: MessageLine): void {
    const { rule, subject } = match;
    const { id, type, text, state } = rule.message;
    if (parts !== undefined && parts.rule !== id && (type !== undefined || text !== undefined)) endParts(line);
    if (type === 'session') beginConversation(match);
    if (isRepeated(match)) return;
    if (state !== undefined) {
      const { stream, lineNumber, timeUs } = line;
      onState({ state, source: 'message', pattern: id, stream, lineNumber, timeUs });
    }
    const event = type === undefined ? undefined : eventOf(match, type, line);
    const said = rule.text(subject).join('\n');
    if (text === undefined || said === '') {
      if (event) emit(event);
    } else if (text.isPart) {
      if (event) emit(event);
      parts ??= { rule: id, text: newText(text) };
      parts.text.add(said, line, emit);
    } else {
      tellText(text, said, event, line);
    }
  }

  /** Gives out what stands in a whole text, and what is the same fact as the message's event together with it. */
  function tellText(text: Text, said: string, event: Event | undefined, line: MessageLine): void {
    const found: Found[] = [];
    const keep: Emit = (each, match) => found.push({ event: each, match });
    const reader = newText(text);
    reader.add(text.before === undefined ? said : said.replace(/^/gm, text.before), line, keep);
    reader.end(line, keep);
    if (event === undefined) {
      for (const each of found) emit(each.event, each.match);
    } else if (text.isEvent) {
      const same = found.filter(
        ({ event: { type }, match }) => match && (type === event.type || match.pack === dialect.pack),
      );
      const [telling] = same.sort((a, b) => riskOf(b.event) - riskOf(a.event));
      emit(telling ? joined(event, telling, text.before === undefined) : event, telling?.match);
    } else {
      const firstLine = boundedText(said.split('\n', 1)[0] ?? '');
      const same = found.find(
        ({ event: { type, originalLine }, match }) =>
          text.section !== undefined &&
          match?.pack === dialect.pack &&
          match.pattern.section === text.section &&
          type === event.type &&
          originalLine === firstLine,
      );
      emit(same ? joined(event, same, true) : event);
      for (const each of found) if (each !== same) emit(each.event, each.match);
    }
  }

  /** The message's event, as the match in its text tells it. */
  function joined(event: Event, { event: inText, match }: Found, withItsValue: boolean): Event {
    const { type, pattern, autoConfirmable, matchedValue } = inText;
    const isOurs = match?.pack === dialect.pack;
    return {
      ...event,
      type,
      pattern,
      autoConfirmable,
      risk: riskOf(inText) > riskOf(event) ? inText.risk : event.risk,
      ...(withItsValue && { matchedValue }),
      // The pack's own pattern knows better what the text says than the field that holds all of it.
      metadata: isOurs ? { ...event.metadata, ...inText.metadata } : { ...inText.metadata, ...event.metadata },
    };
  }

  function newText({ section }: Text): MessageText {
    return createMessageText({
      scanner,
      sections: matcher.sectionsForText(dialect, section),
      context: { pack: dialect.pack, hasSection: section !== undefined },
    });
  }

  function isRepeated({ rule, subject }: MessageMatch): boolean {
    const values = rule.repetitionKey(subject);
    if (values === undefined) return false;
    const key = `${rule.message.type ?? rule.message.id} ${values}`;
    if (seen.has(key)) return true;
    seen.add(key);
    if (seen.size > maxRemembered) for (const oldest of seen) return !seen.delete(oldest);
    return false;
  }

  function eventOf({ rule, subject }: MessageMatch, type: EventType, line: MessageLine): Event {
    const { message } = rule;
    const metadata: Record<string, JsonValue> = {};
    for (const [name, valueOf] of rule.metadata) {
      const value = valueOf(subject);
      if (value !== undefined && value !== '') metadata[name] = bounded(value);
    }
    for (const name of message.cumulative) {
      const total = metadata[name];
      if (typeof total === 'number') metadata[name] = growth(`${message.id} ${name}`, total);
    }
    const call = keyOf(rule.call(subject));
    if (call !== undefined) {
      calls.set(call, { tool: metadata[toolName], timeUs: line.timeUs });
      if (calls.size > maxRemembered) for (const oldest of calls.keys()) if (calls.delete(oldest)) break;
    }
    const ended = keyOf(rule.resultOf(subject));
    const begun = ended === undefined ? undefined : calls.get(ended);
    if (ended !== undefined && begun !== undefined) {
      calls.delete(ended);
      if (begun.tool !== undefined) metadata[toolName] ??= begun.tool;
      metadata['duration_ms'] ??= Math.round((line.timeUs - begun.timeUs) / 1000);
    }
    const value = rule.value(subject);
    return newEvent(line, {
      type,
      pattern: message.id,
      risk: message.risk,
      autoConfirmable: message.autoConfirmable,
      matchedValue: value === undefined || value === '' ? message.id : boundedText(textOf(value)),
      metadata,
    });
  }

  /** Another conversation counts from zero, and numbers its messages anew. */
  function beginConversation({ rule, subject }: MessageMatch): void {
    const id = rule.metadata.find(([name]) => name === conversation)?.[1](subject);
    if (id === undefined || id === conversationId) return;
    conversationId = id;
    totals.clear();
    seen.clear();
    calls.clear();
  }

  /** How much a total has grown; one that is smaller than before counts from zero. */
  function growth(key: string, total: number): number {
    const before = totals.get(key) ?? 0;
    totals.set(key, total);
    return total < before ? total : rounded(total - before);
  }

  return {
    dialect,
    read,
    end({ endOffset, timeUs }) {
      if (lastLine) endParts({ ...lastLine, endOffset, timeUs });
      if (unknown === undefined) return;
      const { line, count, kinds } = unknown;
      unknown = undefined;
      emit(
        newEvent(
          { ...line, endOffset, timeUs },
          {
            type: 'metric',
            pattern: 'unknown_messages',
            risk: 'low',
            autoConfirmable: false,
            matchedValue: String(count),
            metadata: { count, kinds: Object.fromEntries(kinds) },
          },
        ),
      );
    },
  };
}

/** What a line is that is almost JSON, and no message. */
export function malformedEvent(line: MessageLine, reason: 'cut' | 'mixed' | 'too long'): Event {
  return newEvent(line, {
    type: 'error',
    pattern: 'json_malformed',
    risk: 'medium',
    autoConfirmable: false,
    matchedValue: boundedText(line.text),
    metadata: { reason },
  });
}

function newEvent(
  { stream, offset, endOffset, lineNumber, timeUs, text }: MessageLine,
  {
    metadata,
    ...fields
  }: {
    type: EventType;
    pattern: string;
    risk: RiskLevel;
    autoConfirmable: boolean;
    matchedValue: string;
    metadata: Readonly<Record<string, JsonValue>>;
  },
): Event {
  return {
    stream,
    offset,
    endOffset,
    lineNumber,
    timeUs,
    ...fields,
    originalLine: boundedText(text),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

const riskOf = ({ risk }: Event) => riskLevels.indexOf(risk);

const textOf = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

const keyOf = (value: JsonValue | undefined) => (value === undefined ? undefined : textOf(value));

/** A list or an object that is too long for an event becomes the beginning of its JSON. */
function bounded(value: JsonValue): JsonValue {
  if (typeof value === 'string') return boundedText(value);
  if (typeof value !== 'object' || value === null) return value;
  const json = JSON.stringify(value);
  const kept = boundedText(json);
  return kept === json ? value : kept;
}
