import type { Heading } from './rules.ts';

/** Which sections a stream is in. Each pack has its own, independent of the others'. */
export interface Sections {
  /** Tells that this heading stands on this line, which is outside of it and of the section before it. */
  begin(heading: number, lineNumber: number): void;
  /** Tells that this line is empty. */
  blank(lineNumber: number): void;
  isIn(heading: number, lineNumber: number): boolean;
  /** For each literal 1 when it only matters in sections that the stream is not in. */
  readonly dormant: Uint8Array;
}

/** @param sectionsOf for each literal the sections it matters in, or undefined when it matters in all lines */
export function createSections(
  headings: readonly Heading[],
  sectionsOf: readonly (readonly number[] | undefined)[],
): Sections {
  /** The numbers of each section's heading and of its last line. */
  const headingLine = headings.map(() => 0);
  const lastLine = headings.map(() => 0);
  const dormant = Uint8Array.from(sectionsOf, (sections) => (sections === undefined ? 0 : 1));
  const ofSections = sectionsOf.flatMap((sections, literal) => (sections === undefined ? [] : [{ literal, sections }]));
  function wake(lineNumber: number): void {
    for (const { literal, sections } of ofSections) {
      dormant[literal] = sections.some((section) => lineNumber < (lastLine[section] ?? 0)) ? 0 : 1;
    }
  }

  return {
    dormant,
    begin(heading, lineNumber) {
      for (const [index, { pack }] of headings.entries()) {
        if (pack === headings[heading]?.pack) lastLine[index] = 0;
      }
      headingLine[heading] = lineNumber;
      lastLine[heading] = lineNumber + (headings[heading]?.lines ?? 0);
      wake(lineNumber);
    },
    blank(lineNumber) {
      const ended = headings.flatMap(({ untilBlank }, index) =>
        untilBlank && (lastLine[index] ?? 0) > 0 ? [index] : [],
      );
      if (ended.length === 0) return;
      for (const index of ended) lastLine[index] = 0;
      wake(lineNumber);
    },
    isIn: (heading, lineNumber) => lineNumber > (headingLine[heading] ?? 0) && lineNumber <= (lastLine[heading] ?? 0),
  };
}
