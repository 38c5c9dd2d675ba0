import type { Form, Frame } from '../domain/line.ts';
import { commonSequence } from './common-sequence.ts';
import type { ScreenLine } from './screen-text.ts';

/** A line that was settled on. */
export interface SettledLine {
  readonly text: string;
  readonly frame?: Frame;
  readonly form: Form;
  /** Offset in the recording behind which it was first seen. */
  readonly offset: number;
}

/** What stands on the screen at one moment, without the place to type in. */
export interface Sight {
  readonly lines: readonly ScreenLine[];
  /** Of these rows nothing can change any more. */
  readonly scrolledOff: number;
  readonly timeUs: number;
  /** Offset in the recording behind the last byte that was shown. */
  readonly offset: number;
  readonly form: Form;
  /** Whether lines may have been printed once more. */
  readonly isRepainted: boolean;
  /** Whether it is a frame that the program has announced as complete, and meant to be read. */
  readonly isWhole: boolean;
}

/** For how long a line has to stay as it is. */
export const settleUs = 1_000_000;
/** For how long one whose end was growing has to, as long as nothing stands below it: models pause in mid-sentence. */
const growingSettleUs = 5_000_000;
/** For how long a line waits for those above it that still change. */
const patienceUs = 3_000_000;
/** What leaves the screen earlier was not to be read: frames of a spinner, half-painted rows. */
const glimpseUs = 60_000;
/** What was wiped may be painted again, or in another state, for so long. */
const goneSettleUs = 500_000;
/** More lines at a time that differ by their numbers only are no counters, but other lines. */
const maxCounters = 3;
/** How many lines back a repetition is recognized. */
const maxRemembered = 1000;

interface Entry {
  text: string;
  /** The text without its spaces, by which it is recognized when it was wrapped otherwise. */
  unspaced: string;
  /** Its letters and digits, by which it is recognized while it grows. */
  letters: string;
  readonly frame?: Frame;
  /** `screen` once it was seen on an interface: programs print a little before they take the terminal over. */
  form: Form;
  readonly offset: number;
  readonly firstSeenUs: number;
  /** Since when its text has been as it is. */
  sinceUs: number;
  isVisible: boolean;
  /** Whether it has scrolled off, so that it cannot change any more. */
  isFinal: boolean;
  /** Whether it was on the screen for long enough. */
  wasRead: boolean;
  /** Whether it is never told, and not to be found again once it is gone: part of a question, or a glimpse. */
  isUntold: boolean;
  isSettled: boolean;
}

/**
 * What was said on a screen, in order, each thing once.
 *
 * Each sight of the screen is laid over what was seen before: lines that
 * are there already stay the same entry wherever they have moved; new ones are
 * put in between them. An entry is settled on when it has stayed unchanged for
 * long enough, has scrolled off, or has left the screen after it could be read.
 */
export interface Transcript {
  /** The lines that are settled on by now, in the order in which they stand. */
  see(sight: Sight): SettledLine[];
  /** The lines that are settled on when nothing happens until then. */
  wait(timeUs: number): SettledLine[];
  /** When {@link Transcript.wait} has something to tell next. */
  readonly nextUs: number | undefined;
  /**
   * The agent waits: all that stands on the screen is settled on, but for these lines, which are never told.
   */
  settleNow(untold: ReadonlySet<string>): SettledLine[];
  /** Another screen takes this one's place, or nothing comes any more: all that stands on it is settled on. */
  leave(): SettledLine[];
}

export function createTranscript(): Transcript {
  let entries: Entry[] = [];
  /** Index of the first entry that is not settled on. */
  let firstOpen = 0;
  let lastSeen: readonly ScreenLine[] = [];
  /** The entry whose end grew last, while nothing else was said. */
  let growing: Entry | undefined;

  /** The first line of the question on the screen. */
  let question: string | undefined;

  /** Its lines are not to be taken for others that say the same when it is gone. */
  function forgetQuestion(): void {
    entries = entries.filter(({ isUntold }) => !isUntold);
    question = undefined;
    findFirstOpen();
  }

  function findFirstOpen(): void {
    const open = entries.findIndex((entry) => !entry.isSettled);
    firstOpen = open === -1 ? entries.length : open;
  }

  function see(sight: Sight): SettledLine[] {
    const { lines, scrolledOff, timeUs, isRepainted } = sight;
    if (question !== undefined && !lines.some(({ text }) => text === question)) forgetQuestion();
    if (scrolledOff > 0 || isRepainted || !isSame(lines, lastSeen)) {
      const places = isRepainted ? placesAfterRepaint(entries, lines) : placesOf(entries, lines);
      lay(sight, places);
    }
    lastSeen = scrolledOff > 0 ? lines.filter(({ lastRow }) => lastRow >= scrolledOff) : lines;
    return settle(timeUs);
  }

  /** Lays the lines over the entries; `places` tells each line's entry, or undefined for a new one. */
  function lay(sight: Sight, places: readonly (number | undefined)[]): void {
    const { lines, scrolledOff, timeUs, form } = sight;
    const seen = new Set<Entry>();
    const merged: Entry[] = [];
    let taken = 0;
    const takeUpTo = (end: number) => {
      while (taken < end) {
        const entry = entries[taken++];
        if (entry) merged.push(entry);
      }
    };
    for (let index = 0; index < lines.length; ) {
      const place = places[index];
      if (place !== undefined) {
        const entry = entries[place];
        if (place >= taken) takeUpTo(place + 1);
        if (entry) show(entry, lines[index]);
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
      const isCounter = run.length <= maxCounters;
      const changes = run.map((line) => takeChanged(replaced, line, isCounter ? bareText : steadyText));
      for (const [nth, line] of run.entries()) {
        const changed = changes[nth];
        // What has left its place to a new line was there before it.
        const following = changed ?? changes.slice(nth).find((each) => each !== undefined);
        const limit = following ? entries.indexOf(following) : next;
        takeUpTo(changed ? limit + 1 : limit);
        const entry = changed ?? newEntry(line, sight);
        if (changed) change(changed, line, timeUs);
        else merged.push(entry);
        show(entry, line);
      }
      index = end;
    }
    takeUpTo(entries.length);
    entries = merged;
    for (const entry of entries) {
      if (entry.isVisible && !seen.has(entry)) hide(entry, timeUs);
    }
    forget(timeUs);

    function show(entry: Entry, line: ScreenLine | undefined): void {
      seen.add(entry);
      const isGone = line !== undefined && line.lastRow < scrolledOff;
      entry.isVisible = !isGone;
      entry.isFinal = isGone;
      if (form === 'screen') entry.form = form;
    }
  }

  function newEntry({ text, frame }: ScreenLine, { form, offset, timeUs, isWhole }: Sight): Entry {
    growing = undefined;
    return {
      text,
      unspaced: withoutSpaces(text),
      letters: lettersOf(text),
      ...(frame && { frame }),
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

  function change(entry: Entry, { text }: ScreenLine, timeUs: number): void {
    if (bareText(entry.text) !== bareText(text)) {
      growing = entry;
      entry.sinceUs = timeUs;
      // More has been said than what was settled on.
      entry.isSettled = false;
    }
    entry.text = text;
    entry.unspaced = withoutSpaces(text);
    entry.letters = lettersOf(text);
  }

  function hide(entry: Entry, timeUs: number): void {
    entry.isVisible = false;
    entry.sinceUs = timeUs;
    entry.wasRead ||= timeUs - entry.firstSeenUs >= glimpseUs;
    // What is just printed stays where it is until it scrolls off.
    entry.form = 'screen';
  }

  /** What is settled on is only kept to be recognized; a glimpse is not kept at all. */
  function forget(timeUs: number): void {
    const isKept = (entry: Entry) =>
      !entry.isUntold && (entry.isFinal || entry.isSettled || entry.wasRead || isJustGone(entry, timeUs));
    entries = entries.filter((entry) => entry.isVisible || isKept(entry));
    const surplus = entries.length - maxRemembered;
    if (surplus > 0) {
      let passed = 0;
      entries = entries.filter((entry) => entry.isVisible || !entry.isSettled || ++passed > surplus);
    }
    findFirstOpen();
  }

  /** When the entry is settled on, for itself. */
  function dueUs(entry: Entry): number {
    if (entry.isFinal) return entry.sinceUs;
    if (!entry.isVisible) return entry.sinceUs + goneSettleUs;
    return entry.sinceUs + (entry === growing ? growingSettleUs : settleUs);
  }

  /** Calls back for each entry that is not settled on, in order, with the time when it may be. */
  function forOpen(callback: (entry: Entry, dueUs: number) => boolean): void {
    let isBlocked = false;
    for (let index = firstOpen; index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined || entry.isSettled) continue;
      const isLeft = callback(entry, dueUs(entry) + (isBlocked ? patienceUs : 0));
      isBlocked ||= isLeft;
    }
  }

  function settle(timeUs: number): SettledLine[] {
    const settled: Entry[] = [];
    forOpen((entry, due) => {
      if (due > timeUs) return true;
      if (isToBeTold(entry)) insertInTime(settled, entry);
      else entry.isUntold = true;
      entry.isSettled = true;
      return false;
    });
    while (entries[firstOpen]?.isSettled === true) firstOpen += 1;
    return settled.map(tell);
  }

  /** What had gone before another line came was said before it, wherever it stood. */
  function insertInTime(settled: Entry[], entry: Entry): void {
    const hasGone = !entry.isVisible && !entry.isFinal;
    const later = hasGone ? settled.findIndex(({ firstSeenUs }) => firstSeenUs >= entry.sinceUs) : -1;
    settled.splice(later === -1 ? settled.length : later, 0, entry);
  }

  /** Not so what only flashed up, and what went when another line came that continues it. */
  function isToBeTold(entry: Entry): boolean {
    if (entry.isVisible || entry.isFinal) return true;
    if (!entry.wasRead) return false;
    const isContinuation = (other: Entry) =>
      other.firstSeenUs > entry.firstSeenUs &&
      other.text.length > entry.text.length &&
      grew(entry.letters, other.letters);
    return !entries.some(isContinuation);
  }

  function tell(entry: Entry): SettledLine {
    entry.isSettled = true;
    const { text, form, offset, frame } = entry;
    return { text, form, offset, ...(frame && { frame }) };
  }

  return {
    see,
    wait: settle,
    settleNow(untold) {
      const settled: SettledLine[] = [];
      [question] = untold;
      for (const entry of entries) {
        if (entry.isVisible && untold.has(entry.text)) {
          entry.isUntold = true;
          entry.isSettled = true;
        } else if (!entry.isSettled && isToBeTold(entry)) {
          settled.push(tell(entry));
        }
      }
      return settled;
    },
    get nextUs() {
      let next: number | undefined;
      forOpen((_, due) => {
        next = Math.min(next ?? Infinity, due);
        return true;
      });
      return next;
    },
    leave() {
      for (const entry of entries) {
        if (!entry.isVisible) continue;
        entry.isVisible = false;
        // It stood there to the last.
        entry.isFinal = true;
      }
      forget(Infinity);
      lastSeen = [];
      return settle(Infinity);
    },
  };
}

const isJustGone = (entry: Entry, timeUs: number) =>
  !entry.isVisible && !entry.isFinal && timeUs - entry.sinceUs < goneSettleUs;

/**
 * Takes the entry that this line is a later state of out of the list, and what stands before it.
 * `lastingOf` gives what of a text stays the same in all of a line's states.
 */
function takeChanged(
  replaced: Entry[],
  { text, frame }: ScreenLine,
  lastingOf: (text: string) => string,
): Entry | undefined {
  const lasting = lastingOf(text);
  const letters = lettersOf(text);
  const index = replaced.findIndex(
    (entry) => entry.frame === frame && (lastingOf(entry.text) === lasting || grew(entry.letters, letters)),
  );
  return index === -1 ? undefined : replaced.splice(0, index + 1).at(-1);
}

/**
 * Whether a text with these letters is the one with the others continued; marks like `**` come and go while a text is being written.
 * One with another number at its end is another one.
 */
function grew(start: string, whole: string): boolean {
  return start !== '' && whole.startsWith(start) && !/^\d\d/.test(whole.slice(start.length - 1));
}

const lettersOf = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, '');

/** Without what blinks and turns: symbols in front, and spaces. */
const steadyText = (text: string) => withoutSpaces(text.replace(/^[^\p{L}\p{N}$/~"'`([{<]+/u, ''));

/** Without what counts, either. */
const bareText = (text: string) => steadyText(text).replace(/\d+/g, '0');

/** A line in a frame is another one than the same text without it. */
const framedText = ({ frame, text }: Pick<ScreenLine, 'frame' | 'text'>) => `${frame ?? ''}│${text.trim()}`;

const withoutSpaces = (text: string) => text.replace(/\s+/g, '');

function isSame(lines: readonly ScreenLine[], others: readonly ScreenLine[]): boolean {
  return lines.length === others.length && lines.every((line, index) => line.text === others[index]?.text);
}

/**
 * The entry of each line: first among those that are to be seen, then, for the
 * lines between two of these, among those in between that had left the screen.
 */
function placesOf(entries: readonly Entry[], lines: readonly ScreenLine[]): (number | undefined)[] {
  const places: (number | undefined)[] = lines.map(() => undefined);
  const visible: number[] = [];
  entries.forEach((entry, index) => {
    if (entry.isVisible) visible.push(index);
  });
  match(visible, 0, lines.length);
  matchCutLine();
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
    const first = lines[0];
    if (first === undefined || places[0] !== undefined) return;
    const next = places.find((place) => place !== undefined) ?? entries.length;
    const end = withoutSpaces(first.text);
    const whole = entries.findLastIndex((entry, index) => index < next && entry.unspaced.endsWith(end));
    if (whole !== -1 && entries[whole]?.text !== first.text) places[0] = whole;
  }

  function match(candidates: readonly number[], from: number, to: number): void {
    const texts = candidates.flatMap((index) => entries[index] ?? []).map(framedText);
    const wanted = lines.slice(from, to).map(framedText);
    for (const [line, candidate] of commonSequence(wanted, texts)) places[from + line] = candidates[candidate];
  }
}

/** As {@link placesOf}, where everything may have been printed again, perhaps with its rows wrapped otherwise, perhaps twice. */
function placesAfterRepaint(entries: readonly Entry[], lines: readonly ScreenLine[]): (number | undefined)[] {
  const places: (number | undefined)[] = lines.map(() => undefined);
  const texts = entries.map(({ unspaced }) => unspaced);
  const wanted = lines.map(({ text }) => withoutSpaces(text));
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
