import type { Pack, Pattern, Section } from '../domain/pattern.ts';
import { type BoundedRegex, boundedRegex } from './bounded-regex.ts';
import { wholeLine } from './whole-line.ts';

/** A pattern as it is run. */
export interface Rule {
  readonly pattern: Pattern;
  readonly order: number;
  /** Index of its pack. */
  readonly pack: number;
  /** Whether its pack tells messages apart from text: outside of sections it is about text that is printed, then. */
  readonly hasMessages: boolean;
  /** Index of its section in {@link RuleSet.headings}. */
  readonly section?: number;
  readonly regex: () => BoundedRegex;
}

/** A section's heading as it is run. */
export interface Heading {
  /** `heading` and the section's id, to be named by when it is disabled. */
  readonly name: string;
  /** Index of its pack; a heading ends the section before it of the same pack only. */
  readonly pack: number;
  readonly lines: number;
  readonly untilBlank: boolean;
  readonly form?: Section['form'];
  readonly frame?: Section['frame'];
  readonly literals?: readonly string[];
  /** None where only messages begin the section. */
  readonly regex?: () => BoundedRegex;
}

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly headings: readonly Heading[];
  /**
   * For each pack the index of its sections' headings, by the sections' ids. Those that are there for their messages
   * only have one more, of no id, for what else stands outside of sections.
   */
  readonly sections: readonly ReadonlyMap<string | undefined, number>[];
}

/** Turns packs into rules. Of patterns with the same id the last one counts. */
export function rulesOf(packs: readonly Pack[]): RuleSet {
  const headings: Heading[] = [];
  const sectionsOf: Map<string | undefined, number>[] = [];
  const rules = new Map<string, Omit<Rule, 'order'>>();
  for (const [index, pack] of packs.entries()) {
    const sections = new Map<string | undefined, number>();
    sectionsOf.push(sections);
    for (const section of pack.sections) {
      sections.set(section.id, headings.length);
      headings.push({
        name: `heading ${section.id}`,
        pack: index,
        lines: section.lines ?? Infinity,
        untilBlank: section.untilBlank === true,
        ...(section.form && { form: section.form }),
        ...(section.frame && { frame: section.frame }),
        ...(section.literals && { literals: section.literals }),
        ...headingRegex(section),
      });
    }
    if (pack.messagesOnly === true) {
      sections.set(undefined, headings.length);
      headings.push({ name: `messages ${pack.name}`, pack: index, lines: Infinity, untilBlank: false });
    }
    for (const pattern of pack.patterns) {
      const section = sections.get(pattern.section);
      const key = pack.messagesOnly === true ? `${pack.name} ${pattern.id}` : pattern.id;
      // Its place is that of the pack it comes from now.
      rules.delete(key);
      rules.set(key, {
        pattern,
        pack: index,
        hasMessages: pack.messages.length > 0,
        ...(section !== undefined && { section }),
        regex: once(() => boundedRegex(pattern.regex, pattern.flags, pattern.execution)),
      });
    }
  }
  return { headings, sections: sectionsOf, rules: Array.from(rules.values(), (rule, order) => ({ ...rule, order })) };
}

function headingRegex({ begin, execution }: Section): Pick<Heading, 'regex'> {
  return begin === undefined ? {} : { regex: once(() => boundedRegex(wholeLine(begin), '', execution)) };
}

/** Regexes are compiled when they are first needed: most never are, and a session's start is not to wait for them. */
function once(create: () => BoundedRegex): () => BoundedRegex {
  let regex: BoundedRegex | undefined;
  return () => (regex ??= create());
}
