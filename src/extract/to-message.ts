import type { Condition, Expression, Message, MessageText } from '../domain/pattern.ts';
import type { ConditionEntry, MessageEntry, PatternEntry } from './pack-schema.ts';

/** A rule for messages, from how it is written in a pack. */
export function toMessage(entry: MessageEntry): Message {
  const { each, once, text, examples } = entry;
  return {
    id: entry.id,
    when: toConditions(entry.when),
    ...(each && { each: { in: each.in, when: toConditions(each.when) } }),
    ...(entry.type && { type: entry.type }),
    risk: entry.risk,
    autoConfirmable: entry.auto_confirmable,
    ...(entry.value !== undefined && { value: toExpression(entry.value) }),
    metadata: toMetadata(entry.metadata),
    ...(once && { once }),
    cumulative: entry.cumulative,
    ...(entry.call !== undefined && { call: entry.call }),
    ...(entry.result_of !== undefined && { resultOf: entry.result_of }),
    ...(text && { text: toText(text) }),
    ...(entry.state && { state: entry.state }),
    examples: { match: examples.match, noMatch: examples.no_match },
  };
}

function toText({ from, section, is_part, before, is_event }: NonNullable<MessageEntry['text']>): MessageText {
  return {
    from,
    ...(section !== undefined && { section }),
    isPart: is_part,
    ...(before !== undefined && { before }),
    isEvent: is_event,
  };
}

export function toMetadata(entries: NonNullable<PatternEntry['metadata']>): Record<string, Expression> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, toExpression(entry)]));
}

function toExpression(entry: NonNullable<MessageEntry['value']>): Expression {
  if (typeof entry === 'string' || !('sum' in entry)) return entry;
  return { sum: entry.sum, ...(entry.minus && { minus: entry.minus }) };
}

function toConditions(entries: MessageEntry['when']): Record<string, Condition> {
  return Object.fromEntries(Object.entries(entries).map(([path, entry]) => [path, toCondition(entry)]));
}

function toCondition(entry: ConditionEntry): Condition {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return { in: [entry].flat() };
  return 'not' in entry ? { not: [entry.not].flat() } : entry;
}
