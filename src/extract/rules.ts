import type { Pack, Pattern } from '../domain/pattern.ts';
import { type BoundedRegex, boundedRegex } from './bounded-regex.ts';
import { wholeLine } from './whole-line.ts';

/** A pattern as it is run. */
export interface Rule {
  readonly pattern: Pattern;
  readonly order: number;
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
  readonly literals?: readonly string[];
  readonly regex: () => BoundedRegex;
}

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly headings: readonly Heading[];
}

/** Turns packs into rules. Of patterns with the same id the last one counts. */
export function rulesOf(packs: readonly Pack[]): RuleSet {
  const headings: Heading[] = [];
  const rules = new Map<string, Omit<Rule, 'order'>>();
  for (const [index, pack] of packs.entries()) {
    const sections = new Map<string, number>();
    for (const section of pack.sections) {
      sections.set(section.id, headings.length);
      headings.push({
        name: `heading ${section.id}`,
        pack: index,
        lines: section.lines ?? Infinity,
        ...(section.literals && { literals: section.literals }),
        regex: once(() => boundedRegex(wholeLine(section.begin), '', section.execution)),
      });
    }
    for (const pattern of pack.patterns) {
      const section = pattern.section === undefined ? undefined : sections.get(pattern.section);
      // Its place is that of the pack it comes from now.
      rules.delete(pattern.id);
      rules.set(pattern.id, {
        pattern,
        ...(section !== undefined && { section }),
        regex: once(() => boundedRegex(pattern.regex, pattern.flags, pattern.execution)),
      });
    }
  }
  return { headings, rules: Array.from(rules.values(), (rule, order) => ({ ...rule, order })) };
}

/** Regexes are compiled when they are first needed: most never are, and a session's start is not to wait for them. */
function once(create: () => BoundedRegex): () => BoundedRegex {
  let regex: BoundedRegex | undefined;
  return () => (regex ??= create());
}
