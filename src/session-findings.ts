import type { StateChange } from './domain/batch.ts';
import type { Moment } from './domain/chunk.ts';
import { defaultSettings } from './domain/config.ts';
import type { Sight } from './domain/control.ts';
import type { Event } from './domain/event.ts';
import type { Keyframe } from './domain/keyframe.ts';
import type { LineBlock, Screen } from './domain/line.ts';
import type { Pack } from './domain/pattern.ts';
import type { Session, SessionEnd } from './domain/session.ts';
import type { NotificationSignal, StateSignal, StateThresholds, Verdict } from './domain/state.ts';
import { type StateNews, createStateTracker } from './extract/agent-state.ts';
import { type Extractor, createExtractor } from './extract/extractor.ts';
import type { StateHint } from './extract/message-reader.ts';
import { createMatcher } from './extract/matcher.ts';
import {
  answerEvent,
  type AskedQuestion,
  type QuestionNews,
  createQuestionWatch,
  promptOf,
  questionEvent,
  refusalIn,
} from './extract/questions.ts';
import type { DisabledPattern } from './extract/session-budget.ts';
import { createSignsOfWork } from './extract/signs-of-work.ts';
import { type OutputPlace, verdictEvent } from './extract/verdict-event.ts';
import { createSessionLines } from './session-lines.ts';
import { signalOfCutMessage, signalsOfLines, signalsOfMoment, turnPatterns } from './session-signals.ts';

/** What is to be found in a recording, in the order in which it is known: a function of the recording and the packs. */
export interface SessionFindings {
  /** Finds what comes next in the recording, from its start. */
  take(moment: Moment): void;
  /** Finds what is told by nothing having happened until then. */
  wait(timeUs: number): void;
  /** When {@link SessionFindings.wait} has something to find next. */
  readonly nextUs: number | undefined;
  /** What is to be seen now. Finds nothing and changes nothing. */
  sight(): Sight;
  /** Finds what the session's end completes. */
  end(end: SessionEnd): void;
  /** Patterns that were left out because they took too long. */
  disabledPatterns(): readonly DisabledPattern[];
}

/** Who is told what is found. */
export interface Finder {
  readonly onEvent: (event: Event) => void;
  readonly onState: (change: StateChange) => void;
  /** These lines were read. */
  readonly onLines: (block: LineBlock) => void;
  /** What follows is found because the session has ended. */
  readonly onEnd: () => void;
  /** Now and then, what to show the screen of a later moment from. */
  readonly onKeyframe?: (keyframe: Keyframe) => void;
}

/** Who wants to know at once what is to be said of an agent. */
export interface VerdictWatch {
  readonly onVerdict: (verdict: Verdict) => void;
  /** How long it may be hung or stalled before {@link VerdictWatch.onKill} is called; never where absent. */
  readonly killAfterMs?: number;
  readonly onKill: (verdict: Verdict) => void;
}

export interface FindingsOptions {
  readonly session: Pick<Session, 'mode' | 'terminalSize' | 'startedAt'>;
  /** Those that apply to the agent. Asked for when there is something to be found: a session may say nothing. */
  readonly packs: readonly Pack[];
  /** The clock by which patterns are judged. */
  readonly nowMs?: () => number;
  /** Those of the default settings where absent. */
  readonly thresholds?: StateThresholds;
  /** For a session that runs. */
  readonly watch?: VerdictWatch;
}

export function createSessionFindings(options: FindingsOptions, finder: Finder): SessionFindings {
  const { session, watch, nowMs = () => performance.now() } = options;
  const { onEvent, onKeyframe } = finder;
  /** Made for the first line: its tables take longer than many a session that says nothing. */
  let extractor: Extractor | undefined;
  let turns: ReadonlySet<string> | undefined;
  const tracker = createStateTracker({
    thresholds: options.thresholds ?? defaultSettings,
    turnPatterns: { has: (pattern) => (turns ??= turnPatterns(options.packs)).has(pattern) },
    ...(watch?.killAfterMs !== undefined && { killAfterMs: watch.killAfterMs }),
  });
  /** What is told of the agent's state and was not judged yet. */
  let signals: StateSignal[] = [];
  let hints: StateHint[] = [];
  let isPainted = false;
  let showsWork = false;
  let place: OutputPlace = { stream: 'stdout', offset: 0, lineNumber: 1 };
  let cutMessage: Event | undefined;
  // They stand on screens.
  const questions = createQuestionWatch(session.mode === 'terminal' ? options.packs : []);
  const signsOfWork = createSignsOfWork(session.mode === 'terminal' ? options.packs : []);
  let answer: { readonly question: AskedQuestion; readonly offset: number } | undefined;
  const onSignal = (signal: NotificationSignal) => signals.push(signal);
  const lines = createSessionLines(session, { onSignal, onScreen, ...(onKeyframe && { onKeyframe }) });
  let lastUs = 0;

  function scan(blocks: readonly LineBlock[]) {
    for (const block of blocks) {
      const { stream, endOffset, firstLine } = block;
      lookForRefusal(block);
      extractor ??= createExtractor({
        matcher: createMatcher(options.packs),
        nowMs,
        onState: (hint) => hints.push(hint),
      });
      const found = extractor.scan(block);
      for (const event of found) tell(event);
      signals.push(...signalsOfLines(hints, found));
      hints = [];
      place = { stream, offset: endOffset, lineNumber: Math.max(1, firstLine + block.lines - 1) };
      if (cutMessage === undefined || cutMessage.stream === stream) {
        cutMessage = found.findLast((event) => event.lineNumber === place.lineNumber && signalOfCutMessage(event));
      }
      finder.onLines(block);
    }
  }

  /** Whether a line says that the answer to the last question was no. */
  function lookForRefusal(block: LineBlock) {
    if (!answer) return;
    const { question, offset } = answer;
    const line = refusalIn(question, block, offset);
    if (line === undefined) return;
    const { stream, endOffset, timeUs, firstLine } = block;
    onEvent(answerEvent(question, 'denied', { stream, offset, endOffset, lineNumber: firstLine + line, timeUs }));
    answer = undefined;
  }

  /** The first event of what appeared when a question had gone means that it was granted, unless it says something else. */
  function tell(event: Event) {
    if (answer && event.offset >= answer.offset) {
      const { type, stream, offset, endOffset, lineNumber, timeUs } = event;
      const isAnswer = type === 'permission' || type === 'prompt' || type === 'session';
      if (!isAnswer)
        onEvent(answerEvent(answer.question, 'granted', { stream, offset, endOffset, lineNumber, timeUs }));
      answer = undefined;
    }
    onEvent(event);
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
    tell(event);
    const { pattern, matchedValue, metadata } = event;
    const evidence = { pattern, question: matchedValue, command: metadata?.['command'] ?? null };
    signals.push({ kind: 'question', timeUs, evidence: { source: 'screen', ...evidence } });
  }

  function onScreen(screen: Screen) {
    const { form, timeUs } = screen;
    questions.see(screen);
    if (form === 'screen' && !isPainted) signals.push({ kind: 'painted', timeUs });
    isPainted ||= form === 'screen';
    const showedWork = showsWork;
    showsWork = form === 'screen' && signsOfWork.standOn(screen);
    if (showsWork !== showedWork) signals.push({ kind: 'shows-work', is: showsWork, timeUs });
  }

  /** Takes in what was told of the state, and that nothing else was until then. */
  function judge(untilUs: number) {
    const told = signals.sort((a, b) => a.timeUs - b.timeUs);
    signals = [];
    for (const signal of told) learn(tracker.take(signal));
    learn(tracker.clock(untilUs));
  }

  function learn({ states, verdicts, kill }: StateNews) {
    for (const change of states) finder.onState(change);
    for (const verdict of verdicts) {
      onEvent(verdictEvent(verdict, place));
      watch?.onVerdict(verdict);
    }
    if (kill) watch?.onKill(kill);
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
    sight() {
      const screen = lines.peek();
      const standing = screen && questions.standingOn(screen);
      return {
        state: tracker.state,
        isUnsettled: questions.nextUs !== undefined || screen === undefined,
        ...(standing && { prompt: { ...promptOf(standing), sinceUs: standing.sinceUs } }),
      };
    },
    end(end) {
      const timeUs = Math.max(lastUs, endUs(session, end));
      pass(timeUs);
      scan(lines.end(timeUs));
      judge(timeUs);
      finder.onEnd();
      const found = extractor?.end() ?? [];
      for (const event of found) tell(event);
      const cut = cutMessage ?? found.find(signalOfCutMessage);
      const signal = cut && signalOfCutMessage(cut);
      if (signal) learn(tracker.take(signal));
      learn(tracker.take({ kind: 'ended', ending: end.ending, timeUs }));
    },
    disabledPatterns: () => extractor?.disabled() ?? [],
  };
}

/** On the recording's clock. Both times are known in milliseconds: no clock that was asked before was later. */
function endUs({ startedAt }: Pick<Session, 'startedAt'>, { endedAt }: SessionEnd): number {
  return (Date.parse(endedAt) - Date.parse(startedAt) + 1) * 1000;
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
