import type { Places } from './entry-places.ts';
import type { ScreenLine } from './screen-text.ts';
import type { Sight } from './sight.ts';
import { type Entry, isJustGone } from './transcript-entry.ts';
import type { Wording } from './wording.ts';

/** More lines at a time that differ by their numbers only are no counters, but other lines. */
const maxCounters = 3;

/** The entries that there are now, in order, and the line as which each one that stands on the screen was seen. */
export interface Merged {
  readonly entries: readonly Entry[];
  readonly seen: ReadonlyMap<Entry, ScreenLine>;
}

/**
 * Puts lines in between entries. A line that has no place is a later state of the entry whose place it
 * has taken, or a new one.
 */
export function mergeLines(part: {
  readonly entries: readonly Entry[];
  readonly lines: readonly ScreenLine[];
  readonly places: Places;
  readonly sight: Sight;
  /** Told of the entry whose end has grown, or that none is growing because something else was said. */
  readonly onGrowing: (entry: Entry | undefined) => void;
}): Merged {
  const { entries, lines, places, sight, onGrowing } = part;
  const { timeUs } = sight;
  const seen = new Map<Entry, ScreenLine>();
  const merged: Entry[] = [];
  let taken = 0;
  const takeUpTo = (end: number) => {
    while (taken < end) {
      const entry = entries[taken++];
      if (entry) merged.push(entry);
    }
  };
  for (let index = 0; index < lines.length; ) {
    const line = lines[index];
    const place = places[index];
    if (place !== undefined) {
      const entry = entries[place];
      takeUpTo(place + 1);
      if (entry && line) seen.set(entry, line);
      index += 1;
      continue;
    }
    // A run of lines that are new, and the entries in its place that are not to be seen any more.
    let end = index;
    while (end < lines.length && places[end] === undefined) end += 1;
    const next = places.slice(end).find((each) => each !== undefined && each >= taken) ?? entries.length;
    const isReplaced = (entry: Entry) => !seen.has(entry) && (entry.isVisible || isJustGone(entry, timeUs));
    const replaced = entries.slice(taken, next).filter(isReplaced);
    const run = lines.slice(index, end);
    const lasting = run.length <= maxCounters ? 'bare' : 'steady';
    const changes = run.map(({ wording }) => takeChanged(replaced, wording, lasting));
    // What has left its place to a new line was there before it: so each comes behind all up to the next that changed.
    const limits = new Array<number>(run.length);
    changes.reduceRight((limit, changed, nth) => (limits[nth] = changed ? entries.indexOf(changed) : limit), next);
    for (const [nth, line] of run.entries()) {
      const changed = changes[nth];
      takeUpTo((limits[nth] ?? next) + (changed ? 1 : 0));
      const entry = changed ?? newEntry(line, sight);
      if (!changed) {
        merged.push(entry);
        onGrowing(undefined);
      } else if (change(changed, line, timeUs)) {
        onGrowing(changed);
      }
      seen.set(entry, line);
    }
    index = end;
  }
  takeUpTo(entries.length);
  return { entries: merged, seen };
}

/**
 * Takes the entry that a line with this wording is a later state of out of the list, and what stands before it.
 * `lasting` names what of a text stays the same in all of a line's states.
 */
function takeChanged(replaced: Entry[], wording: Wording, lasting: 'bare' | 'steady'): Entry | undefined {
  const index = replaced.findIndex(
    ({ wording: before }) =>
      before.frame === wording.frame && (before[lasting] === wording[lasting] || wording.continues(before)),
  );
  return index === -1 ? undefined : replaced.splice(0, index + 1).at(-1);
}

function newEntry({ wording }: ScreenLine, { form, offset, timeUs, isWhole }: Sight): Entry {
  return {
    wording,
    form,
    offset,
    firstSeenUs: timeUs,
    sinceUs: timeUs,
    isVisible: true,
    isFinal: false,
    wasRead: isWhole,
    isUntold: false,
    isSettled: false,
  };
}

/** Gives the entry its later wording; tells whether more has been said than what it may have been settled on with. */
function change(entry: Entry, { wording }: ScreenLine, timeUs: number): boolean {
  const hasGrown = entry.wording.bare !== wording.bare;
  if (hasGrown) {
    entry.sinceUs = timeUs;
    entry.isSettled = false;
  }
  entry.wording = wording;
  return hasGrown;
}
