import type { Form, Frame } from '../domain/line.ts';
import type { ScreenLine } from './screen-text.ts';
import { createSeenLines } from './seen-lines.ts';
import type { Sight } from './sight.ts';
import { type Entry, goneSettleUs } from './transcript-entry.ts';

/** A line that was settled on. */
export interface SettledLine {
  readonly text: string;
  readonly frame?: Frame;
  readonly form: Form;
  /** Offset in the recording behind which it was first seen. */
  readonly offset: number;
}

/** For how long a line has to stay as it is. */
export const settleUs = 1_000_000;
/** For how long one whose end was growing has to, as long as nothing stands below it: models pause in mid-sentence. */
const growingSettleUs = 5_000_000;
/** For how long a line waits for those above it that still change. */
const patienceUs = 3_000_000;
/** More than a screen and what has scrolled off it at once: nobody reads what passes so fast, so nothing waits. */
const mostEntries = 5000;

/**
 * What was said on a screen, in order, each thing once.
 *
 * A line is settled on when it has stayed unchanged for long enough, has scrolled off, or has left the screen
 * after it could be read.
 */
export interface Transcript {
  /** The lines that are settled on by now, in the order in which they stand. */
  see(sight: Sight): readonly SettledLine[];
  /** The lines that are settled on when nothing happens until then. */
  wait(timeUs: number): readonly SettledLine[];
  /** When {@link Transcript.wait} has something to tell next; never is infinitely late. */
  readonly nextUs: number;
  /**
   * The agent waits: all that stands on the screen is settled on, but for these lines, which are never told.
   */
  settleNow(untold: ReadonlySet<string>): readonly SettledLine[];
  /** Another screen takes this one's place, or nothing comes any more: all that stands on it is settled on. */
  leave(): readonly SettledLine[];
}

export function createTranscript(): Transcript {
  const seen = createSeenLines();
  let lastLines: readonly ScreenLine[] = [];
  /** The first line of the question on the screen. */
  let question: string | undefined;
  /** When the first line is settled on if nothing happens; `unknown` once something has. */
  let dueUs: number | 'unknown' = Infinity;

  function see({ lines, ...rest }: Sight): readonly SettledLine[] {
    const { scrolledOff, timeUs, isRepainted } = rest;
    if (question !== undefined && !lines.some(({ wording }) => wording.text === question)) forgetQuestion();
    if (scrolledOff > 0 || isRepainted || !isSame(lines, lastLines)) {
      seen.lay({ lines, ...rest });
      dueUs = 'unknown';
    }
    lastLines = scrolledOff > 0 ? lines.filter(({ lastRow }) => lastRow >= scrolledOff) : lines;
    return settle(timeUs);
  }

  /** Its lines are not to be taken for others that say the same when it is gone. */
  function forgetQuestion(): void {
    seen.forgetUntold();
    question = undefined;
    dueUs = 'unknown';
  }

  /** When the entry is settled on, for itself. */
  function dueOf(entry: Entry): number {
    if (entry.isFinal) return entry.sinceUs;
    if (!entry.isVisible) return entry.sinceUs + goneSettleUs;
    return entry.sinceUs + (entry === seen.growing ? growingSettleUs : settleUs);
  }

  /** How long a line waits for one above it that is not settled on yet. */
  const patience = () => (seen.entries.length > mostEntries ? 0 : patienceUs);

  function nextDueUs(): number {
    if (dueUs !== 'unknown') return dueUs;
    let [next, waitsUs] = [Infinity, 0];
    seen.forOpen((entry) => {
      next = Math.min(next, dueOf(entry) + waitsUs);
      waitsUs = patience();
    });
    return (dueUs = next);
  }

  function settle(timeUs: number): readonly SettledLine[] {
    if (nextDueUs() > timeUs) return [];
    const settled: Entry[] = [];
    let waitsUs = 0;
    seen.forOpen((entry) => {
      if (dueOf(entry) + waitsUs > timeUs) {
        waitsUs = patience();
        return;
      }
      if (isToBeTold(entry)) insertInTime(settled, entry);
      else seen.leaveUntold(entry);
      entry.isSettled = true;
    });
    dueUs = 'unknown';
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
      other.wording.text.length > entry.wording.text.length &&
      other.wording.continues(entry.wording);
    return !seen.entries.some(isContinuation);
  }

  function tell(entry: Entry): SettledLine {
    entry.isSettled = true;
    const { form, offset } = entry;
    const { text, frame } = entry.wording;
    return { text, form, offset, ...(frame && { frame }) };
  }

  return {
    see,
    wait: settle,
    settleNow(untold) {
      const settled: SettledLine[] = [];
      [question] = untold;
      for (const entry of seen.entries) {
        if (entry.isVisible && untold.has(entry.wording.text)) {
          seen.leaveUntold(entry);
          entry.isSettled = true;
        } else if (!entry.isSettled && isToBeTold(entry)) {
          settled.push(tell(entry));
        }
      }
      dueUs = 'unknown';
      return settled;
    },
    get nextUs() {
      return nextDueUs();
    },
    leave() {
      seen.leave();
      lastLines = [];
      dueUs = 'unknown';
      return settle(Infinity);
    },
  };
}

function isSame(lines: readonly ScreenLine[], others: readonly ScreenLine[]): boolean {
  return (
    lines.length === others.length && lines.every((line, index) => line.wording.text === others[index]?.wording.text)
  );
}
