import type { JsonValue } from '../domain/json.ts';
import type { Message, Pack } from '../domain/pattern.ts';
import { elementsOf, evaluate, holds, type JsonObject, read, readAll, type Subject } from './fields.ts';

/** A rule for messages, ready to be run. */
export interface MessageRule {
  readonly message: Message;
  /** Whether it is about such messages, even if this one has no element that it is about. */
  knows(message: JsonObject): boolean;
  /** What of the message it is about: the message, or elements of it. */
  subjectsIn(message: JsonObject): readonly Part[];
  readonly value: (subject: Subject) => JsonValue | undefined;
  readonly metadata: readonly (readonly [name: string, value: (subject: Subject) => JsonValue | undefined])[];
  /** The values that tell a repetition; undefined when it always counts. */
  readonly repetitionKey: (subject: Subject) => string | undefined;
  readonly call: (subject: Subject) => JsonValue | undefined;
  readonly resultOf: (subject: Subject) => JsonValue | undefined;
  /** The pieces of its text. */
  readonly text: (subject: Subject) => readonly string[];
}

/** What a rule is about: element `index` of a list, or the message. */
interface Part extends Subject {
  readonly list: string;
  readonly index: number;
}

/** A rule that a message matches, and the part of the message that it is about. */
export interface MessageMatch {
  readonly rule: MessageRule;
  readonly subject: Subject;
}

/** How one pack reads a JSON stream. */
export interface Dialect {
  /** Index of its pack. */
  readonly pack: number;
  /** Everything that the message tells by these rules, in their order. */
  matchesOf(message: JsonObject): readonly MessageMatch[];
  /** Whether any rule is about such messages. */
  knows(message: JsonObject): boolean;
  /** Of what kind a message is that no rule is about. */
  kindOf(message: JsonObject): string;
  /** The field that tells its messages apart, and its values; undefined where a message may be known by others. */
  readonly evidence: Evidence | undefined;
}

interface Evidence {
  readonly field: string;
  readonly values: readonly string[];
}

const nothing = () => undefined;
const maxKindLength = 64;

export function dialectOf({ messages }: Pack, pack: number): Dialect {
  const rules = messages.map(messageRule);
  const kindPaths = [...new Set(messages.flatMap(({ when }) => textPathsIn(when)))].map(read);
  const { rulesFor, evidence } = ruleIndex(rules);
  return {
    pack,
    matchesOf(message) {
      const taken = new Set<string>();
      const matches: (MessageMatch & { readonly subject: Part })[] = [];
      for (const rule of rulesFor(message)) {
        const { type } = rule.message;
        for (const subject of rule.subjectsIn(message)) {
          if (type !== undefined) {
            const key = `${type} ${subject.list} ${subject.index}`;
            if (taken.has(key)) continue;
            taken.add(key);
          }
          matches.push({ rule, subject });
        }
      }
      return inOrder(matches);
    },
    knows: (message) => rulesFor(message).some((rule) => rule.knows(message)),
    kindOf(message) {
      const subject = { element: message, message };
      const words = kindPaths.map((path) => path(subject)).filter((value) => typeof value === 'string');
      return words.length === 0 ? 'other' : words.join(' ').slice(0, maxKindLength);
    },
    evidence,
  };
}

/** What is told of a list's elements comes in their order, whatever that of the rules. */
function inOrder(matches: readonly (MessageMatch & { readonly subject: Part })[]): readonly MessageMatch[] {
  if (matches.length < 2) return matches;
  const lists = [...new Set(matches.map(({ subject }) => subject.list))];
  const placeOf = ({ subject }: { subject: Part }) => lists.indexOf(subject.list);
  return matches.toSorted((a, b) => placeOf(a) - placeOf(b) || a.subject.index - b.subject.index);
}

/**
 * Finds rules by the field that tells a dialect's messages apart, which is the first that its first rule asks for.
 */
function ruleIndex(rules: readonly MessageRule[]) {
  const path = Object.keys(rules[0]?.message.when ?? {})[0] ?? '';
  const valuesOf = (rule: MessageRule) => {
    const condition = rule.message.when[path];
    if (condition === undefined || !('in' in condition)) return undefined;
    return condition.in.every((value) => typeof value === 'string') ? condition.in : undefined;
  };
  const byValue = new Map<JsonValue, MessageRule[]>();
  const values = rules.flatMap((rule) => valuesOf(rule) ?? []).filter((value) => typeof value === 'string');
  for (const value of values) {
    byValue.set(
      value,
      rules.filter((rule) => valuesOf(rule)?.includes(value) ?? true),
    );
  }
  const others = rules.filter((rule) => valuesOf(rule) === undefined);
  const valueOf = read(path);
  const evidence = others.length > 0 ? undefined : { field: path.split('.').at(-1) ?? '', values };
  return {
    rulesFor: (message: JsonObject) => byValue.get(valueOf({ element: message, message }) ?? null) ?? others,
    evidence,
  };
}

export function messageRule(message: Message): MessageRule {
  const { each, once } = message;
  const isMessage = holds(message.when);
  const list = each && readAll(each.in);
  const isElement = each && holds(each.when);
  const repeated = once?.map(read);
  const text = message.text && readAll(message.text.from);
  return {
    message,
    knows: (parsed) => isMessage({ element: parsed, message: parsed }),
    subjectsIn(parsed) {
      const whole = { element: parsed, message: parsed, list: '', index: 0 };
      if (!isMessage(whole)) return [];
      if (list === undefined || isElement === undefined) return [whole];
      return list(whole)
        .flatMap(elementsOf)
        .map((element, index) => ({ element, message: parsed, list: each?.in ?? '', index }))
        .filter(isElement);
    },
    value: message.value === undefined ? nothing : evaluate(message.value),
    metadata: Object.entries(message.metadata).map(([name, expression]) => [name, evaluate(expression)] as const),
    repetitionKey(subject) {
      const values = repeated?.map((field) => field(subject));
      return values === undefined || values.includes(undefined) ? undefined : JSON.stringify(values);
    },
    call: message.call === undefined ? nothing : read(message.call),
    resultOf: message.resultOf === undefined ? nothing : read(message.resultOf),
    text: (subject) => text?.(subject).filter((piece) => typeof piece === 'string') ?? [],
  };
}

/** The fields that are asked for texts, and so tell messages apart. */
function textPathsIn(when: Message['when']): string[] {
  return Object.entries(when)
    .filter(([, condition]) => 'in' in condition && condition.in.some((value) => typeof value === 'string'))
    .map(([path]) => path);
}
