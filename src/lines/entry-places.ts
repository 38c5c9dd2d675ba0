import { commonSequence } from './common-sequence.ts';
import type { Entry } from './transcript-entry.ts';
import type { ScreenLine } from './screen-text.ts';

/** Index of the entry that each line is, or undefined for a line that is new. */
export type Places = readonly (number | undefined)[];

/**
 * The entry of each line: first among those that are to be seen, then, for the
 * lines between two of these, among those in between that had left the screen.
 */
export function placesOf(entries: readonly Entry[], lines: readonly ScreenLine[], isTop: boolean): Places {
  const places: (number | undefined)[] = lines.map(() => undefined);
  const visible: number[] = [];
  entries.forEach((entry, index) => {
    if (entry.isVisible) visible.push(index);
  });
  match(visible, 0, lines.length);
  if (isTop) matchCutLine();
  let above = -1;
  for (let index = 0; index < lines.length; ) {
    const place = places[index];
    if (place !== undefined) {
      above = place;
      index += 1;
      continue;
    }
    let end = index;
    while (end < lines.length && places[end] === undefined) end += 1;
    const below = places[end] ?? entries.length;
    const hidden: number[] = [];
    for (let entry = above + 1; entry < below; entry += 1) if (entries[entry]?.isVisible === false) hidden.push(entry);
    match(hidden, index, end);
    index = end;
  }
  return places;

  /** Of a wrapped line at the screen's upper edge only the last rows may be left. */
  function matchCutLine(): void {
    const first = lines[0]?.wording;
    if (first === undefined || places[0] !== undefined) return;
    const next = places.find((place) => place !== undefined) ?? entries.length;
    for (let index = next - 1; index >= 0; index -= 1) {
      const whole = entries[index]?.wording;
      if (whole?.unspaced.endsWith(first.unspaced) !== true) continue;
      if (whole.text !== first.text) places[0] = index;
      return;
    }
  }

  function match(candidates: readonly number[], from: number, to: number): void {
    if (candidates.length === 0) return;
    const texts = candidates.map((index) => entries[index]?.wording.framed ?? '');
    const wanted = lines.slice(from, to).map(({ wording }) => wording.framed);
    for (const [line, candidate] of commonSequence(wanted, texts)) places[from + line] = candidates[candidate];
  }
}

/** As {@link placesOf}, where everything may have been printed again, perhaps with its rows wrapped otherwise, perhaps twice. */
export function placesAfterRepaint(entries: readonly Entry[], lines: readonly ScreenLine[]): Places {
  const places: (number | undefined)[] = lines.map(() => undefined);
  const texts = entries.map(({ wording }) => wording.unspaced);
  const wanted = lines.map(({ wording }) => wording.unspaced);
  let open = wanted.map((_, index) => index);
  for (let pass = 0; pass < maxRepetitions && open.length > 0; pass += 1) {
    const found = commonSequence(
      open.map((index) => wanted[index] ?? ''),
      texts,
    );
    if (found.length === 0) break;
    for (const [line, entry] of found) places[open[line] ?? 0] = entry;
    open = open.filter((index) => places[index] === undefined);
  }
  for (const index of open) {
    const text = wanted[index] ?? '';
    const entry = texts.findLastIndex((whole) => whole.includes(text));
    if (entry !== -1) places[index] = entry;
  }
  return places;
}

/** A buffer may hold what stood on the screen before the repaint, above what was printed again. */
const maxRepetitions = 3;
