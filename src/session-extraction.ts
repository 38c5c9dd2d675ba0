import { type Checkpoint, startOfRecording, type StateChange } from './domain/batch.ts';
import { isChunk, type Moment, type Stream, streams } from './domain/chunk.ts';
import { defaultSettings, limits } from './domain/config.ts';
import type { Event } from './domain/event.ts';
import type { Failure } from './domain/failure.ts';
import type { Keyframe } from './domain/keyframe.ts';
import type { LineBlock, Screen } from './domain/line.ts';
import type { Pack } from './domain/pattern.ts';
import type { EventStore, StoredProgress } from './domain/ports.ts';
import { type Result, ok } from './domain/result.ts';
import type { Session, SessionEnd } from './domain/session.ts';
import type { NotificationSignal, StateSignal, StateThresholds, Verdict } from './domain/state.ts';
import { type StateNews, createStateTracker } from './extract/agent-state.ts';
import { type Extractor, createExtractor } from './extract/extractor.ts';
import {
  type AskedQuestion,
  type QuestionNews,
  createQuestionWatch,
  grantedEvent,
  questionEvent,
} from './extract/questions.ts';
import type { DisabledPattern } from './extract/session-budget.ts';
import { createMatcher } from './extract/matcher.ts';
import type { StateHint } from './extract/message-reader.ts';
import { type OutputPlace, verdictEvent } from './extract/verdict-event.ts';
import { createLineSplitter } from './lines/line-splitter.ts';
import { createScreenLines } from './lines/screen-lines.ts';
import { signalOfCutMessage, signalsOfLines, signalsOfMoment, turnPatterns } from './session-signals.ts';

/** The one path from a recording to committed events, for live sessions and left ones alike. */
export interface SessionExtraction {
  /** Finds what comes next in the recording, from its start. */
  take(moment: Moment): void;
  /** Finds what is told by nothing having happened until then. */
  wait(timeUs: number): void;
  /** When {@link SessionExtraction.wait} has something to find next. */
  readonly nextUs: number | undefined;
  /** Finds what the session's end completes; to be followed by {@link SessionExtraction.finish}. */
  end(end: SessionEnd): void;
  /** How many events and state changes are found and not committed. */
  readonly pendingEvents: number;
  /** Patterns that were left out because they took too long. */
  disabledPatterns(): readonly DisabledPattern[];
  /** Whether there is anything that {@link SessionExtraction.commit} would write. */
  readonly isAhead: boolean;
  /** Commits what was found, with the checkpoint behind it. What fails is kept for another try. */
  commit(): Result<'committed' | 'stale', Failure>;
  /** Commits the last of it together with the session's end: what the end completed is there once, or not yet. */
  finish(): Result<'committed' | 'stale', Failure>;
}

/** What the store has of a session that is extracted from its start. */
export const nothingStored: Pick<StoredProgress, 'checkpoint' | 'timeUs'> = { checkpoint: startOfRecording, timeUs: 0 };

/** Who wants to know at once what is to be said of an agent. */
export interface VerdictWatch {
  readonly onVerdict: (verdict: Verdict) => void;
  /** How long it may be hung or stalled before {@link VerdictWatch.onKill} is called; never where absent. */
  readonly killAfterMs?: number;
  readonly onKill: (verdict: Verdict) => void;
}

export function createSessionExtraction(options: {
  readonly session: Pick<Session, 'id' | 'mode' | 'terminalSize' | 'startedAt'>;
  readonly store: Pick<EventStore, 'commit'>;
  /** Those that apply to the agent. */
  readonly packs: readonly Pack[];
  /** What is before it was committed already, and is scanned only to know how things stand behind it. */
  readonly stored: Pick<StoredProgress, 'checkpoint' | 'timeUs'>;
  /** The clock by which patterns are judged. */
  readonly nowMs?: () => number;
  /** Those of the default settings where absent. */
  readonly thresholds?: StateThresholds;
  /** For a session that runs. */
  readonly watch?: VerdictWatch;
  /** Told now and then what to show the screen of a later moment from. */
  readonly onKeyframe?: (keyframe: Keyframe) => void;
}): SessionExtraction {
  const { session, store, packs, stored, watch, nowMs = () => performance.now() } = options;
  /** Made for the first line: its tables take longer than many a session that says nothing. */
  let extractor: Extractor | undefined;
  const tracker = createStateTracker({
    thresholds: options.thresholds ?? defaultSettings,
    turnPatterns: turnPatterns(packs),
    ...(watch?.killAfterMs !== undefined && { killAfterMs: watch.killAfterMs }),
  });
  /** What is told of the agent's state and was not judged yet. */
  let signals: StateSignal[] = [];
  let hints: StateHint[] = [];
  let states: StateChange[] = [];
  let isPainted = false;
  let place: OutputPlace = { stream: 'stdout', offset: 0, lineNumber: 1 };
  let cutMessage: Event | undefined;
  const questions = createQuestionWatch(packs);
  let answer: { readonly question: AskedQuestion; readonly offset: number } | undefined;
  const { onKeyframe } = options;
  const onSignal = (signal: NotificationSignal) => signals.push(signal);
  const lines = createLines(session, { onSignal, onScreen, ...(onKeyframe && { onKeyframe }) });
  let committed = stored.checkpoint;
  const reached: Record<Stream, number> = { ...startOfRecording };
  let events: Event[] = [];
  let newLines = 0;
  let lastUs = 0;
  let sessionEnd: SessionEnd | undefined;

  /** Some lines are settled on by time alone, long after the last byte was committed. */
  const isNew = (stream: Stream, endOffset: number, timeUs: number) =>
    endOffset > stored.checkpoint[stream] || timeUs > stored.timeUs;

  function scan(blocks: readonly LineBlock[]) {
    for (const block of blocks) {
      const { stream, endOffset, firstLine } = block;
      extractor ??= createExtractor({ matcher: createMatcher(packs), nowMs, onState: (hint) => hints.push(hint) });
      const found = extractor.scan(block);
      keep(found);
      signals.push(...signalsOfLines(hints, found));
      hints = [];
      place = { stream, offset: endOffset, lineNumber: Math.max(1, firstLine + block.lines - 1) };
      if (cutMessage === undefined || cutMessage.stream === stream) {
        cutMessage = found.findLast((event) => event.lineNumber === place.lineNumber && signalOfCutMessage(event));
      }
      reached[stream] = endOffset;
      if (isNew(block.stream, block.endOffset, block.timeUs)) newLines += block.lines;
    }
  }

  function keep(found: readonly Event[]) {
    for (const event of found) {
      const granted = answeredBy(event);
      if (!isNew(event.stream, event.endOffset, event.timeUs)) continue;
      if (granted) events.push(granted);
      events.push(event);
    }
  }

  /** The first event of what appeared when a question had gone tells the answer, unless it says so itself. */
  function answeredBy(event: Event): Event | undefined {
    if (!answer || event.offset < answer.offset || event.type === 'state_change') return undefined;
    const { question } = answer;
    answer = undefined;
    const { type, stream, offset, endOffset, lineNumber, timeUs } = event;
    if (type === 'permission' || type === 'prompt' || type === 'session') return undefined;
    return grantedEvent(question, { stream, offset, endOffset, lineNumber, timeUs });
  }

  /** Lets the time pass up to this moment: questions are found before time settles what stands around them. */
  function pass(untilUs: number) {
    const nextUs = () => earliest(lines.nextUs, questions.nextUs);
    for (let next = nextUs(); next !== undefined && next <= untilUs; next = nextUs()) {
      // What time has brought about before stands before what is settled now.
      judge(next);
      scan(lines.wait(next));
      for (const news of questions.clock(next)) hear(news, next);
    }
  }

  function hear({ kind, question, timeUs, offset }: QuestionNews, knownUs: number) {
    if (kind === 'answered') {
      answer = { question, offset };
      // From when on it is known: a moment that has passed would be another one for whoever looks at the clock.
      signals.push({ kind, timeUs: knownUs });
      return;
    }
    // It comes behind all that led to it.
    scan(lines.settleNow(question.lines, timeUs));
    const event = questionEvent(question, { ...place, stream: 'stdout', offset, endOffset: offset, timeUs });
    keep([event]);
    const { pattern, matchedValue, metadata } = event;
    signals.push({
      kind: 'question',
      timeUs,
      evidence: { source: 'screen', pattern, question: matchedValue, command: metadata?.['command'] ?? null },
    });
  }

  function onScreen(screen: Screen) {
    const { form, timeUs } = screen;
    questions.see(screen);
    if (form === 'screen' && !isPainted) signals.push({ kind: 'painted', timeUs });
    isPainted ||= form === 'screen';
  }

  /** Takes in what was told of the state, and that nothing else was until then. */
  function judge(untilUs: number) {
    const told = signals.sort((a, b) => a.timeUs - b.timeUs);
    signals = [];
    for (const signal of told) learn(tracker.take(signal));
    learn(tracker.clock(untilUs));
  }

  function learn({ states: changed, verdicts, kill }: StateNews) {
    states.push(...changed);
    for (const verdict of verdicts) {
      // What the end brings is never committed without it.
      if (verdict.timeUs > stored.timeUs || sessionEnd) events.push(verdictEvent(verdict, place));
      watch?.onVerdict(verdict);
    }
    if (kill) watch?.onKill(kill);
  }

  const target = (): Checkpoint => ({
    stdout: Math.max(reached.stdout, committed.stdout),
    stderr: Math.max(reached.stderr, committed.stderr),
  });

  function commit(): Result<'committed' | 'stale', Failure> {
    const to = target();
    const end = sessionEnd && { end: sessionEnd };
    const outcome = store.commit(session.id, { events, states, from: committed, to, lines: newLines, ...end });
    if (!outcome.ok || outcome.value === 'stale') return outcome;
    committed = to;
    events = [];
    states = [];
    newLines = 0;
    return ok('committed');
  }

  return {
    take(moment) {
      if (moment.timeUs > lastUs) pass(moment.timeUs);
      judge(moment.timeUs);
      lastUs = moment.timeUs;
      // What the terminal is told comes behind the output that tells it.
      signals.push(...signalsOfMoment(moment));
      scan(lines.take(moment));
      judge(lastUs);
    },
    wait(timeUs) {
      pass(timeUs);
      judge(timeUs);
    },
    get nextUs() {
      return earliest(earliest(lines.nextUs, questions.nextUs), tracker.nextDeadlineUs);
    },
    end(end) {
      const timeUs = Math.max(lastUs, endUs(session, end));
      pass(timeUs);
      scan(lines.end(timeUs));
      judge(timeUs);
      sessionEnd = end;
      // Never committed without the session's end, so new whatever the checkpoint says.
      const found = extractor?.end() ?? [];
      events.push(...found);
      const cut = cutMessage ?? found.find(signalOfCutMessage);
      const signal = cut && signalOfCutMessage(cut);
      if (signal) learn(tracker.take(signal));
      learn(tracker.take({ kind: 'ended', ending: end.ending, timeUs }));
    },
    disabledPatterns: () => extractor?.disabled() ?? [],
    get pendingEvents() {
      return events.length + states.length;
    },
    get isAhead() {
      const to = target();
      return events.length + states.length > 0 || to.stdout > committed.stdout || to.stderr > committed.stderr;
    },
    commit,
    finish: commit,
  };
}

/** On the recording's clock. Both times are known in milliseconds: no clock that was asked before was later. */
function endUs({ startedAt }: Pick<Session, 'startedAt'>, { endedAt }: SessionEnd): number {
  return (Date.parse(endedAt) - Date.parse(startedAt) + 1) * 1000;
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

interface Lines {
  take(moment: Moment): readonly LineBlock[];
  wait(timeUs: number): readonly LineBlock[];
  readonly nextUs: number | undefined;
  /** All that stands on the screen, but for the lines of the question there. */
  settleNow(questionLines: ReadonlySet<string>, timeUs: number): readonly LineBlock[];
  end(timeUs: number): readonly LineBlock[];
}

/** What a session's output is read with: line by line, or from the screen of a terminal of its size. */
function createLines(
  { mode, terminalSize }: Pick<Session, 'mode' | 'terminalSize'>,
  told: {
    readonly onSignal: (signal: NotificationSignal) => void;
    readonly onScreen: (screen: Screen) => void;
    readonly onKeyframe?: (keyframe: Keyframe) => void;
  },
): Lines {
  if (mode === 'terminal') {
    const { columns, rows } = terminalSize ?? { columns: 80, rows: 24 };
    const screen = createScreenLines({ columns, rows, ...told });
    return {
      take(moment) {
        if (isChunk(moment)) return screen.push(moment);
        return moment.kind === 'resize' ? screen.resize(moment.columns, moment.rows, moment.timeUs) : [];
      },
      wait: (timeUs) => screen.wait(timeUs),
      get nextUs() {
        return screen.nextUs;
      },
      settleNow: (questionLines, timeUs) => screen.settleNow(questionLines, timeUs),
      end: (timeUs) => screen.end(timeUs),
    };
  }
  const splitters = new Map(
    streams.map((stream) => [stream, createLineSplitter({ stream, maxLineBytes: limits.maxLineBytes })]),
  );
  const present = (block: LineBlock | undefined) => block ?? [];
  return {
    take: (moment) => (isChunk(moment) ? [splitters.get(moment.stream)?.push(moment)].flatMap(present) : []),
    wait: () => [],
    nextUs: undefined,
    settleNow: () => [],
    end: (timeUs) => [...splitters.values()].map((splitter) => splitter.end(timeUs)).flatMap(present),
  };
}
