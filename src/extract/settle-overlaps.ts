/** A place in a line where a pattern matched. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly priority: number;
  /** The pattern's place among all patterns. */
  readonly order: number;
}

/**
 * Keeps of overlapping matches only the most telling one: the higher priority,
 * then the longer match, then the earlier one, then the pattern that comes first.
 *
 * @returns the matches that stay, from left to right
 */
export function settleOverlaps<Match extends Span>(matches: readonly Match[]): readonly Match[] {
  if (matches.length < 2) return matches;
  const ranked = matches.toSorted(
    (a, b) => b.priority - a.priority || b.end - b.start - (a.end - a.start) || a.start - b.start || a.order - b.order,
  );
  const settled: Match[] = [];
  for (const match of ranked) {
    if (settled.every((other) => match.end <= other.start || other.end <= match.start)) settled.push(match);
  }
  return settled.sort((a, b) => a.start - b.start);
}
