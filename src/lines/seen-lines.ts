import { placesAfterRepaint, placesOf } from './entry-places.ts';
import { mergeLines } from './merge-lines.ts';
import type { ScreenLine } from './screen-text.ts';
import type { Sight } from './sight.ts';
import { type Entry, isJustGone } from './transcript-entry.ts';

/** What leaves the screen earlier was not to be read: frames of a spinner, half-painted rows. */
const glimpseUs = 60_000;
/** How many lines back a repetition is recognized. */
const maxRemembered = 1000;

/**
 * The lines that were seen, in order, each thing once.
 *
 * Each sight of the screen is laid over what was seen before: lines that are there already stay the same
 * entry wherever they have moved; new ones are put in between them. Mostly little has changed, so only what lies
 * between the lines that are as they were, at the top and at the bottom, is compared.
 */
export interface SeenLines {
  lay(sight: Sight): void;
  readonly entries: readonly Entry[];
  /** Those of them that are on the screen. */
  readonly visible: readonly Entry[];
  /** The entry whose end grew last, while nothing else was said. */
  readonly growing: Entry | undefined;
  /** Calls back for each entry that is not settled on, in order. */
  forOpen(callback: (entry: Entry) => void): void;
  /** The entry is never told. */
  leaveUntold(entry: Entry): void;
  /** Leaves nothing behind of what is never told. */
  forgetUntold(): void;
  /** The screen goes as it is: what stands on it stood there to the last. */
  leave(): void;
}

export function createSeenLines(): SeenLines {
  let entries: Entry[] = [];
  let visible: Entry[] = [];
  let growing: Entry | undefined;
  /** All entries before this index are settled on. */
  let firstOpen = 0;
  /** Those that have left the screen, and of which it is not certain that they are remembered. */
  const passing = new Set<Entry>();

  function lay(sight: Sight): void {
    const { lines, scrolledOff, timeUs, form, isRepainted } = sight;
    const [top, bottom] = isRepainted ? [0, 0] : unchangedEnds(lines);
    const above = visible[top - 1];
    const below = visible[visible.length - bottom];
    const start = above ? entries.lastIndexOf(above) + 1 : 0;
    const end = below ? entries.lastIndexOf(below) : entries.length;

    const within = entries.slice(start, end);
    const changed = lines.slice(top, lines.length - bottom);
    const places = isRepainted ? placesAfterRepaint(within, changed) : placesOf(within, changed, top === 0);
    const merged = mergeLines({ entries: within, lines: changed, places, sight, onGrowing });
    entries.splice(start, within.length, ...merged.entries);
    firstOpen = Math.min(firstOpen, start);

    for (let index = 0; index < top; index += 1) show(visible[index], lines[index]);
    for (let index = 1; index <= bottom; index += 1) show(visible.at(-index), lines.at(-index));
    for (const [entry, line] of merged.seen) show(entry, line);
    const before = visible.splice(top, visible.length - top - bottom, ...merged.entries.filter(isVisible));
    for (const entry of before) if (entry.isVisible && !merged.seen.has(entry)) hide(entry, timeUs);
    visible = visible.filter(isVisible);
    forget(timeUs);

    function show(entry: Entry | undefined, line: ScreenLine | undefined): void {
      if (entry === undefined || line === undefined) return;
      entry.isFinal = line.lastRow < scrolledOff;
      entry.isVisible = !entry.isFinal;
      if (form === 'screen') entry.form = form;
      if (entry.isFinal) passing.add(entry);
    }
  }

  /** How many lines, from the top and from the bottom, are the entries that stood there. */
  function unchangedEnds(lines: readonly ScreenLine[]): [top: number, bottom: number] {
    const isSame = (line: ScreenLine | undefined, entry: Entry | undefined) =>
      line?.wording === entry?.wording || line?.wording.framed === entry?.wording.framed;
    const most = Math.min(lines.length, visible.length);
    let top = 0;
    while (top < most && isSame(lines[top], visible[top])) top += 1;
    let bottom = 0;
    while (bottom < most - top && isSame(lines.at(-1 - bottom), visible.at(-1 - bottom))) bottom += 1;
    return [top, bottom];
  }

  function onGrowing(entry: Entry | undefined): void {
    growing = entry;
  }

  function hide(entry: Entry, timeUs: number): void {
    entry.isVisible = false;
    entry.sinceUs = timeUs;
    entry.wasRead ||= timeUs - entry.firstSeenUs >= glimpseUs;
    // What is just printed stays where it is until it scrolls off.
    entry.form = 'screen';
    passing.add(entry);
  }

  /** What is settled on is only kept to be recognized; a glimpse is not kept at all. */
  function forget(timeUs: number): void {
    const glimpses = new Set<Entry>();
    for (const entry of passing) {
      const isKept = entry.isVisible || (!entry.isUntold && (entry.isFinal || entry.isSettled || entry.wasRead));
      if (!isKept && !entry.isUntold && isJustGone(entry, timeUs)) continue;
      passing.delete(entry);
      if (!isKept) glimpses.add(entry);
    }
    let tooMany = entries.length - glimpses.size - maxRemembered;
    if (glimpses.size === 0 && tooMany <= 0) return;
    let before = 0;
    entries = entries.filter((entry, index) => {
      const isOld = tooMany > 0 && !entry.isVisible && entry.isSettled;
      if (!isOld && !glimpses.has(entry)) return true;
      if (isOld) tooMany -= 1;
      if (index < firstOpen) before += 1;
      return false;
    });
    firstOpen -= before;
  }

  return {
    lay,
    get entries() {
      return entries;
    },
    get visible() {
      return visible;
    },
    get growing() {
      return growing;
    },
    forOpen(callback) {
      while (entries[firstOpen]?.isSettled === true) firstOpen += 1;
      for (let index = firstOpen; index < entries.length; index += 1) {
        const entry = entries[index];
        if (entry?.isSettled === false) callback(entry);
      }
    },
    leaveUntold(entry) {
      entry.isUntold = true;
      if (!entry.isVisible) passing.add(entry);
    },
    forgetUntold() {
      const isKept = ({ isUntold }: Entry) => !isUntold;
      for (const entry of passing) if (entry.isUntold) passing.delete(entry);
      entries = entries.filter(isKept);
      visible = visible.filter(isKept);
      firstOpen = 0;
    },
    leave() {
      for (const entry of visible) {
        entry.isVisible = false;
        entry.isFinal = true;
        passing.add(entry);
      }
      visible = [];
      forget(Infinity);
    },
  };
}

const isVisible = (entry: Entry) => entry.isVisible;
