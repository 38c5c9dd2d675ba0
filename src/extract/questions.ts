import { createHash } from 'node:crypto';
import type { Prompt } from '../domain/control.ts';
import type { Event } from '../domain/event.ts';
import type { LineBlock, Screen } from '../domain/line.ts';
import type { Pack, Question } from '../domain/pattern.ts';
import { type BoundedRegex, boundedRegex } from './bounded-regex.ts';
import { boundedText } from './bounded-text.ts';

/** A question has to stand there for so long, and to be gone for so long: screens are painted piece by piece. */
const holdUs = 60_000;
/** Below a question its options are looked for in so many lines; its command also in so many above. */
const optionsWithin = 16;
const commandWithin = 8;
const maxOptions = 12;
/** What stands below the options tells how to choose among them. */
const hintLines = 2;

/** A question that was seen on the screen. */
export interface AskedQuestion {
  readonly rule: Question;
  readonly text: string;
  readonly originalLine: string;
  readonly command?: string;
  readonly options: readonly { readonly key?: string; readonly label: string }[];
  /** The lines from the question to its last option, and the hints below. */
  readonly lines: ReadonlySet<string>;
}

export type QuestionNews =
  | { readonly kind: 'asked'; readonly question: AskedQuestion; readonly timeUs: number; readonly offset: number }
  /** It is not on the screen any more; what was seen from `offset` on is what followed. */
  | { readonly kind: 'answered'; readonly question: AskedQuestion; readonly timeUs: number; readonly offset: number };

/** Watches a screen for questions that wait for an answer. */
export interface QuestionWatch {
  /** What stands on the screen from now on. */
  see(screen: Screen): void;
  /** What is certain by then, in order. */
  clock(timeUs: number): QuestionNews[];
  /** When {@link QuestionWatch.clock} has something to tell next. */
  readonly nextUs: number | undefined;
  /** The question that waits, as it stands on this screen; undefined when it does not, or is not certain yet. */
  standingOn(screen: Screen): StandingQuestion | undefined;
}

/** A question that waits for an answer, and since when and where it was seen. */
export interface StandingQuestion {
  readonly question: AskedQuestion;
  readonly sinceUs: number;
  readonly offset: number;
}

export function createQuestionWatch(packs: readonly Pack[]): QuestionWatch {
  const rules = packs.toReversed().flatMap(({ questions }) => questions.map(toRule));
  const askersOf = createAskers(rules);
  let asked: StandingQuestion | undefined;
  /** What stands there, and since when, where it is not {@link asked}. */
  let seen:
    | { readonly question: AskedQuestion | undefined; readonly sinceUs: number; readonly offset: number }
    | undefined;

  return {
    see({ lines, timeUs, offset }) {
      const question = rules.length === 0 ? undefined : findQuestion(askersOf(lines), lines);
      if (keyOf(question) === keyOf(asked?.question)) seen = undefined;
      else if (!seen || keyOf(seen.question) !== keyOf(question)) seen = { question, sinceUs: timeUs, offset };
      // Its options may have come since.
      else seen = { ...seen, question };
    },
    clock(timeUs) {
      if (!seen || seen.sinceUs + holdUs > timeUs) return [];
      const news: QuestionNews[] = [];
      const { question, sinceUs, offset } = seen;
      if (asked) news.push({ kind: 'answered', question: asked.question, timeUs: sinceUs, offset });
      if (question) news.push({ kind: 'asked', question, timeUs: sinceUs + holdUs, offset });
      asked = question && { question, sinceUs, offset };
      seen = undefined;
      return news;
    },
    get nextUs() {
      return seen && seen.sinceUs + holdUs;
    },
    standingOn({ lines }) {
      const question = asked && findQuestion(askersOf(lines), lines);
      return asked && keyOf(question) === keyOf(asked.question)
        ? { ...asked, question: question ?? asked.question }
        : undefined;
    },
  };
}

/** The question as others name it. What counts is what was asked and what may be answered. */
export function promptOf({ question, offset }: Pick<StandingQuestion, 'question' | 'offset'>): Prompt {
  const { rule, text, command, options } = question;
  const prompt = {
    pattern: rule.id,
    question: boundedText(text),
    command: command === undefined ? null : boundedText(command),
    options,
  };
  const told = [prompt.pattern, prompt.question, prompt.command, options.map(({ key, label }) => [key ?? null, label])];
  const text_hash = createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 32);
  return { prompt_id: offset, text_hash, ...prompt };
}

/** The event of a question that is on the screen. */
export function questionEvent(
  question: AskedQuestion,
  place: Pick<Event, 'stream' | 'offset' | 'endOffset' | 'lineNumber' | 'timeUs'>,
): Event {
  const { rule, originalLine } = question;
  const { question: matchedValue, command, options, text_hash } = promptOf({ question, offset: place.offset });
  return {
    ...place,
    type: 'permission',
    pattern: rule.id,
    risk: rule.risk,
    autoConfirmable: rule.autoConfirmable,
    matchedValue,
    originalLine: boundedText(originalLine),
    metadata: { ...(command !== null && { command }), options: options.map((option) => ({ ...option })), text_hash },
  };
}

/** The event of the answer to a question. */
export function answerEvent(
  { text, command }: AskedQuestion,
  answer: 'granted' | 'denied',
  place: Pick<Event, 'stream' | 'offset' | 'endOffset' | 'lineNumber' | 'timeUs'>,
): Event {
  return {
    ...place,
    type: 'permission',
    pattern: `permission_${answer}`,
    risk: 'low',
    autoConfirmable: false,
    matchedValue: boundedText(command ?? text),
    originalLine: boundedText(text),
    ...(command !== undefined && { metadata: { command: boundedText(command) } }),
  };
}

/** Index of the line, first seen from this offset on, that says that the answer was no. */
export function refusalIn({ rule }: AskedQuestion, block: LineBlock, fromOffset: number): number | undefined {
  if (rule.refused === undefined) return undefined;
  const refused = boundedRegex(rule.refused, '', rule.executions.refused);
  const lines = Buffer.from(block.bytes).toString().split('\n');
  const isRefusal = (line: string, index: number) =>
    (block.lineOffsets?.[index] ?? block.offset) >= fromOffset && matchesOf(refused, line).length > 0;
  const index = lines.findIndex(isRefusal);
  return index === -1 ? undefined : index;
}

interface Rule {
  readonly rule: Question;
  readonly question: BoundedRegex;
  readonly option: BoundedRegex;
  readonly command?: BoundedRegex;
}

function toRule(rule: Question): Rule {
  return {
    rule,
    question: boundedRegex(rule.question, '', rule.executions.question),
    option: boundedRegex(rule.option, '', rule.executions.option),
    ...(rule.command !== undefined && { command: boundedRegex(rule.command, '', rule.executions.command) }),
  };
}

/** By which rule a line may be a question. */
interface Asker {
  readonly rule: Rule;
  readonly match: RegExpExecArray;
}

/** Finds by which rules each line may be a question; lines at both ends that are as before are not read again. */
function createAskers(rules: readonly Rule[]): (lines: Screen['lines']) => readonly (readonly Asker[])[] {
  let before: Screen['lines'] = [];
  let askers: readonly (readonly Asker[])[] = [];
  return (lines) => {
    const most = Math.min(lines.length, before.length);
    let top = 0;
    while (top < most && lines[top] === before[top]) top += 1;
    let bottom = 0;
    while (bottom < most - top && lines.at(-1 - bottom) === before.at(-1 - bottom)) bottom += 1;
    const changed = lines.slice(top, lines.length - bottom);
    const found = changed.map(({ text }) => rules.flatMap((rule) => askerOf(rule, text) ?? []));
    askers = askers.toSpliced(top, before.length - top - bottom, ...found);
    before = lines;
    return askers;
  };
}

function askerOf(rule: Rule, line: string): Asker | undefined {
  const [match] = matchesOf(rule.question, line);
  return match && { rule, match };
}

/** The lowest question on the screen: what is above was asked before. */
function findQuestion(askers: readonly (readonly Asker[])[], lines: Screen['lines']): AskedQuestion | undefined {
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    for (const { rule, match } of askers[index] ?? []) {
      const found = optionsBelow(rule.option, lines, index);
      if (found.options.length < 2) continue;
      const command = rule.command && commandAround(rule.command, lines, index, found.lastLine);
      return {
        rule: rule.rule,
        text: match.groups?.['value'] ?? match[0],
        originalLine: lines[index]?.text ?? '',
        ...(command !== undefined && { command }),
        options: found.options,
        lines: new Set(lines.slice(index, found.lastLine + 1 + hintLines).map(({ text }) => text)),
      };
    }
  }
  return undefined;
}

function optionsBelow(option: BoundedRegex, lines: Screen['lines'], from: number) {
  const options: { key?: string; label: string }[] = [];
  let lastLine = from;
  for (let index = from; index < lines.length && index <= from + optionsWithin; index += 1) {
    for (const { groups } of matchesOf(option, lines[index]?.text ?? '')) {
      const label = groups?.['label'];
      const key = groups?.['key'];
      if (options.length >= maxOptions || (label === undefined && key === undefined)) continue;
      options.push({ ...(key !== undefined && { key }), label: boundedText((label ?? key ?? '').trim()) });
      lastLine = index;
    }
  }
  return { options, lastLine };
}

/** The nearest line that tells what the question is about: between it and its options, else above it. */
function commandAround(command: BoundedRegex, lines: Screen['lines'], from: number, to: number): string | undefined {
  const below = lines.slice(from, to + 1);
  const above = lines.slice(Math.max(0, from - commandWithin), from).toReversed();
  for (const { text } of [...below, ...above]) {
    const found = matchesOf(command, text)[0]?.groups?.['command'];
    if (found !== undefined) return found.trim();
  }
  return undefined;
}

function matchesOf(regex: BoundedRegex, line: string): readonly RegExpExecArray[] {
  const matches = regex.matchesOf(line);
  return matches === 'took-too-long' ? [] : matches;
}

/** Two sights of one question have the same key. Its options may still be being painted. */
function keyOf(question: AskedQuestion | undefined): string {
  return question === undefined ? '' : [question.rule.id, question.text, question.command ?? ''].join('\n');
}
