import type { Evidence, StateThresholds, Verdict } from '../domain/state.ts';

/** Something that happens at a certain time, unless something else happens before. */
export interface Deadline {
  readonly atUs: number;
  fire(): void;
}

/** The earlier of the two; the first one where both are at the same time. */
export function earlier(one: Deadline | undefined, other: Deadline | undefined): Deadline | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.atUs < one.atUs ? other : one;
}

/** The verdicts that time gives: hung and stalled. Each is given once, until the agent shows life again. */
export interface TimedVerdicts {
  /** Output, an answer, or anything else that shows life; it ends a stall. */
  alive(timeUs: number): void;
  /** Whether the agent should be doing something now. */
  watch(isBusy: boolean): void;
  /** The stream said that all is over: from here on the process should end. */
  lastWord(timeUs: number, evidence: Evidence): void;
  /** It was not the last word. */
  newTurn(): void;
  /** The process was stopped for so long, which does not count. */
  skip(durationUs: number): void;
  /** The first that has not passed. */
  readonly next: Deadline | undefined;
}

export function createTimedVerdicts(options: {
  readonly thresholds: StateThresholds;
  readonly killAfterMs?: number;
  readonly tell: (verdict: Verdict) => void;
  readonly kill: (verdict: Verdict) => void;
}): TimedVerdicts {
  const { hungAfterMs, stalledAfterMs } = options.thresholds;
  let quietSinceUs = 0;
  let isBusy = true;
  let word: { readonly evidence: Evidence; readonly dueUs: number } | undefined;
  let hung: Standing | undefined;
  let stalled: Standing | undefined;
  let isKilled = false;

  function give(name: 'hung' | 'stalled', timeUs: number, sentence: string, evidence: Evidence): Standing {
    const verdict: Verdict = { name, timeUs, sentence, evidence };
    options.tell(verdict);
    return { verdict, sinceUs: timeUs };
  }

  function hungDeadline(): Deadline | undefined {
    if (word === undefined || hung !== undefined) return undefined;
    const { evidence, dueUs } = word;
    return {
      atUs: dueUs,
      fire() {
        const sentence = `the stream has said its last word, but the process still ran ${seconds(hungAfterMs)} later`;
        hung = give('hung', dueUs, sentence, { ...evidence, hung_after_ms: hungAfterMs });
      },
    };
  }

  function stalledDeadline(): Deadline | undefined {
    if (!isBusy || word !== undefined || stalled !== undefined) return undefined;
    const atUs = quietSinceUs + stalledAfterMs * 1000;
    return {
      atUs,
      fire() {
        const evidence = { source: 'quiet', quiet_ms: stalledAfterMs } as const;
        stalled = give('stalled', atUs, `nothing was printed for ${seconds(stalledAfterMs)}`, evidence);
      },
    };
  }

  function killDeadline(): Deadline | undefined {
    const standing = hung ?? stalled;
    if (standing === undefined || options.killAfterMs === undefined || isKilled) return undefined;
    return {
      atUs: standing.sinceUs + options.killAfterMs * 1000,
      fire() {
        isKilled = true;
        options.kill(standing.verdict);
      },
    };
  }

  return {
    alive(timeUs) {
      quietSinceUs = timeUs;
      stalled = undefined;
    },
    watch(isBusyNow) {
      isBusy = isBusyNow;
      if (!isBusy) stalled = undefined;
    },
    lastWord(timeUs, evidence) {
      word ??= { evidence, dueUs: timeUs + hungAfterMs * 1000 };
    },
    newTurn() {
      word = undefined;
      hung = undefined;
    },
    skip(durationUs) {
      quietSinceUs += durationUs;
      if (word) word = { ...word, dueUs: word.dueUs + durationUs };
      if (hung) hung = { ...hung, sinceUs: hung.sinceUs + durationUs };
      if (stalled) stalled = { ...stalled, sinceUs: stalled.sinceUs + durationUs };
    },
    get next() {
      return earlier(earlier(hungDeadline(), stalledDeadline()), killDeadline());
    },
  };
}

interface Standing {
  readonly verdict: Verdict;
  readonly sinceUs: number;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toLocaleString('en')} s`;
