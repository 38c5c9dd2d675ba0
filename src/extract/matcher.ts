import type { Stream } from '../domain/chunk.ts';
import type { Form, Frame } from '../domain/line.ts';
import type { Pack, Pattern } from '../domain/pattern.ts';
import { fenceMarkers } from './code-fences.ts';
import type { LineCursor } from './line-cursor.ts';
import { createLiteralScanner } from './literal-scanner.ts';
import { type Dialect, dialectOf } from './message-rules.ts';
import { type Heading, type Rule, rulesOf } from './rules.ts';
import { createSections, type Sections } from './sections.ts';
import type { SessionBudget } from './session-budget.ts';
import { type Span, settleOverlaps } from './settle-overlaps.ts';

/** How much work was done, so that it can be kept in bounds. */
export interface MatcherStats {
  readonly lines: number;
  /** Lines on which any regex was run. */
  readonly candidateLines: number;
  readonly regexExecutions: number;
}

export interface Match {
  readonly pattern: Pattern;
  /** Index of the pack that it is from. */
  readonly pack: number;
  readonly groups: RegExpExecArray;
}

const noMatches: readonly (Match & Span)[] = [];

/** What a line is matched in. */
export interface LineContext {
  readonly stream: Stream;
  readonly lineNumber: number;
  readonly sections: Sections;
  readonly budget: SessionBudget;
  readonly nowMs: () => number;
  readonly form: Form;
  readonly frame: Frame | undefined;
  /** Where the line is of a message's text, in which headings are no more than its author's words. */
  readonly message?: MessageContext | undefined;
}

/** What the text of a message is read by. */
export interface MessageContext {
  /** Index of the pack whose message it is. */
  readonly pack: number;
  /** Whether it is read in one of the pack's sections. */
  readonly hasSection: boolean;
}

/** The patterns of some packs, ready to be searched. May serve many sessions. */
export interface Matcher {
  readonly repeats: ReadonlySet<Stream>;
  /** For a stream that begins, and is in no section. */
  newSections(): Sections;
  cursorOver(bytes: Uint8Array): LineCursor;
  /** Whether a line must be looked at even if none of the literals stands in it. */
  looksAtEvery(sections: Sections, lineNumber: number): boolean;
  mayOpenFence(cursor: LineCursor): boolean;
  /** Whether the line begins as a message does. */
  mayBeMessage(cursor: LineCursor): boolean;
  /** The JSON streams that can be read, those of the agent's own packs first. */
  readonly dialects: readonly Dialect[];
  /** For the text of a message, which is in this section of the dialect's pack, or in none. */
  sectionsForText(dialect: Dialect, section: string | undefined): Sections;
  /** The matches in the cursor's line, whose text is asked for only if need be; a heading begins its section. */
  matchesIn(text: () => string, cursor: LineCursor, context: LineContext): readonly Match[];
  countLines(lines: number): void;
  stats(): MatcherStats;
}

/** A regex that takes so long is run once more, and the shorter time counts. */
const suspiciousMs = 10;

/** Compiles packs, which all apply; see `packsForAgent`. Later ones replace patterns of earlier ones by their ids. */
export function createMatcher(packs: readonly Pack[]): Matcher {
  const { rules, headings, sections } = rulesOf(packs);
  const dialects = packs.flatMap((pack, number) => (pack.messages.length === 0 ? [] : [dialectOf(pack, number)]));
  const index = indexLiterals(rules, headings);
  const scanner = createLiteralScanner(index.literals);
  const stats = { lines: 0, candidateLines: 0, regexExecutions: 0 };
  /** The number of the call in which a rule was last chosen, so that none is run twice. */
  const chosenIn = new Float64Array(rules.length);
  let calls = 0;
  /** By the section that the text is in. No heading is read in texts, so they stay as they are. */
  const sectionsOfTexts = new Map<number | undefined, Sections>();

  function run(name: string, regex: Rule['regex'], text: () => string, { budget, nowMs }: LineContext) {
    if (budget.isDisabled(name)) return [];
    stats.regexExecutions += 1;
    const line = text();
    const attempt = () => {
      const start = nowMs();
      const matches = regex().matchesOf(line);
      return { matches, ms: nowMs() - start };
    };
    const first = attempt();
    if (first.matches === 'took-too-long') {
      budget.spend(name, first.ms, 'took-too-long');
      return [];
    }
    // It may be other threads that had their turns meanwhile: where a hundred want the processor, each of them waits so long.
    const ms = first.ms < suspiciousMs ? first.ms : Math.min(first.ms, attempt().ms);
    budget.spend(name, ms, 'ended');
    return first.matches;
  }

  function beginSections(text: () => string, cursor: LineCursor, context: LineContext): void {
    const tryHeading = (index: number) => {
      const heading = headings[index];
      if (heading?.form !== undefined && heading.form !== context.form) return;
      if (heading?.frame !== undefined && heading.frame !== (context.frame ?? 'none')) return;
      if (heading?.regex === undefined || run(heading.name, heading.regex, text, context).length === 0) return;
      context.sections.begin(index, context.lineNumber);
    };
    for (const heading of index.headingsOfEveryLine) tryHeading(heading);
    for (let hit = 0; hit < cursor.hitCount; hit += 1) {
      for (const heading of index.headingsOf[cursor.hits[hit] ?? 0] ?? []) tryHeading(heading);
    }
  }

  /** The rules that could match the line, each once. */
  function candidates(cursor: LineCursor, context: LineContext): Rule[] {
    const chosen: Rule[] = [];
    calls += 1;
    const choose = (rule: Rule) => {
      const { pattern, section, order } = rule;
      if (chosenIn[order] === calls) return;
      if (pattern.stream !== undefined && pattern.stream !== context.stream) return;
      if (pattern.form !== undefined && pattern.form !== context.form) return;
      if (pattern.frame !== undefined && pattern.frame !== (context.frame ?? 'none')) return;
      if (section === undefined) {
        if (pattern.section !== undefined || isOfOtherText(rule, context.message)) return;
      } else if (!context.sections.isIn(section, context.lineNumber)) return;
      chosenIn[order] = calls;
      chosen.push(rule);
    };
    for (const rule of index.rulesOfEveryLine) choose(rule);
    for (const rule of index.sectionRulesOfEveryLine) choose(rule);
    for (let hit = 0; hit < cursor.hitCount; hit += 1) {
      for (const rule of index.rulesOf[cursor.hits[hit] ?? 0] ?? []) choose(rule);
    }
    return chosen;
  }

  return {
    repeats: new Set(packs.flatMap(({ repeats }) => repeats ?? [])),
    newSections: () => createSections(headings, index.sectionsOf),
    cursorOver: (bytes) => scanner.cursorOver(bytes),
    looksAtEvery: (sections, lineNumber) =>
      index.rulesOfEveryLine.length > 0 ||
      index.headingsOfEveryLine.length > 0 ||
      index.sectionsOfEveryLine.some((section) => sections.isIn(section, lineNumber)),
    mayOpenFence: (cursor) => hasHit(cursor, 0, fenceMarkers.length),
    mayBeMessage: (cursor) => dialects.length > 0 && hasHit(cursor, fenceMarkers.length, reserved.length),
    dialects,
    sectionsForText(dialect, section) {
      const begun = sections[dialect.pack]?.get(section);
      let inText = sectionsOfTexts.get(begun);
      if (inText === undefined) {
        inText = createSections(headings, index.sectionsOf);
        if (begun !== undefined) inText.begin(begun, 0);
        sectionsOfTexts.set(begun, inText);
      }
      return inText;
    },
    matchesIn(text, cursor, context) {
      const executionsBefore = stats.regexExecutions;
      if (context.message === undefined) beginSections(text, cursor, context);
      const rules = candidates(cursor, context);
      const matches =
        rules.length === 0
          ? noMatches
          : rules.flatMap(({ pattern, pack, regex, order }) =>
              run(pattern.id, regex, text, context).map((groups) => ({
                pattern,
                pack,
                groups,
                start: groups.index,
                end: groups.index + groups[0].length,
                priority: pattern.priority,
                order,
              })),
            );
      if (stats.regexExecutions > executionsBefore) stats.candidateLines += 1;
      return settleOverlaps(matches);
    },
    countLines(lines) {
      stats.lines += lines;
    },
    stats: () => ({ ...stats }),
  };
}

const isOfEveryLine = (heading: Heading | undefined) => heading?.regex !== undefined && heading.literals === undefined;

/** Whether the rule is about text that is printed, or that of another pack's messages. */
function isOfOtherText({ pack, hasMessages }: Rule, message: MessageContext | undefined): boolean {
  return hasMessages && message !== undefined && (message.pack !== pack || message.hasSection);
}

/** The first literals: what opens code fences, and what begins a message. */
const reserved = [...fenceMarkers, '\n{'] as const;

function hasHit(cursor: LineCursor, from: number, to: number): boolean {
  for (let hit = 0; hit < cursor.hitCount; hit += 1) {
    const literal = cursor.hits[hit] ?? 0;
    if (literal >= from && literal < to) return true;
  }
  return false;
}

/** Who is to be woken by which literal, and who by every line. */
function indexLiterals(rules: readonly Rule[], headings: readonly Heading[]) {
  const literals: string[] = [...reserved];
  const numbers = new Map<string, number>();
  const rulesOf: Rule[][] = [];
  const headingsOf: number[][] = [];
  const numberOf = (literal: string) => {
    const known = numbers.get(literal);
    if (known !== undefined) return known;
    numbers.set(literal, literals.length);
    return literals.push(literal) - 1;
  };
  for (const rule of rules) {
    for (const literal of rule.pattern.literals ?? []) (rulesOf[numberOf(literal)] ??= []).push(rule);
  }
  for (const [index, heading] of headings.entries()) {
    for (const literal of heading.literals ?? []) (headingsOf[numberOf(literal)] ??= []).push(index);
  }
  const withoutLiterals = rules.filter(({ pattern }) => pattern.literals === undefined);
  const sectionRulesOfEveryLine = withoutLiterals.filter(({ section }) => section !== undefined);
  return {
    literals,
    rulesOf,
    headingsOf,
    sectionsOf: literals.map((_, literal) => {
      if (literal < reserved.length || headingsOf[literal]) return undefined;
      const sections = (rulesOf[literal] ?? []).map(({ section }) => section);
      return sections.includes(undefined) ? undefined : sections.filter((section) => section !== undefined);
    }),
    rulesOfEveryLine: withoutLiterals.filter(
      ({ pattern, section }) => section === undefined && pattern.section === undefined,
    ),
    sectionRulesOfEveryLine,
    sectionsOfEveryLine: [...new Set(sectionRulesOfEveryLine.flatMap(({ section }) => section ?? []))],
    headingsOfEveryLine: [...headings.keys()].filter((heading) => isOfEveryLine(headings[heading])),
  };
}
