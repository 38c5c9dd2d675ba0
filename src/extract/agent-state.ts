import type { StateChange } from '../domain/batch.ts';
import type { SessionState } from '../domain/session.ts';
import type { Evidence, StateSignal, StateThresholds, Verdict } from '../domain/state.ts';
import { meaningOf } from './agent-state-attention.ts';
import { createSteadyState } from './agent-state-steady.ts';
import { createEndVerdicts } from './verdicts-at-end.ts';
import { createTimedVerdicts, type Deadline, earlier } from './verdicts-in-time.ts';

/** Lines that come this close behind one another are one burst: what stands behind a question belongs to it. */
const burstUs = 150_000;

/** What signals, or time, have brought about. */
export interface StateNews {
  readonly states: readonly StateChange[];
  readonly verdicts: readonly Verdict[];
  /** This one has lasted so long that the child is to be killed. */
  readonly kill?: Verdict;
}

/**
 * Reconciles what tells about an agent to one state, and judges what it does not tell itself.
 *
 * A deterministic function of the signals and their times: at which moments in between
 * {@link StateTracker.clock} is called changes when news are known, not what they are.
 *
 * Where sources disagree, the order of `evidenceSources` decides: a stopped process is paused
 * whatever it said before; with a question on the screen it needs input; once a stream has
 * spoken in messages, lines of text don't say whether its turn is over; notifications count
 * only when it is quiet behind them; quiet itself says nothing but that a turn is over.
 * The final state is the process's ending alone, and the store's to tell.
 */
export interface StateTracker {
  /** Signals come in the order of the recording; one from the past counts as from now. */
  take(signal: StateSignal): StateNews;
  /** Every signal before this moment was taken. */
  clock(timeUs: number): StateNews;
  /** As it was told last. */
  readonly state: SessionState;
  /** Behind this moment there will be news, should nothing else happen. */
  readonly nextDeadlineUs: number | undefined;
}

export function createStateTracker(options: {
  readonly thresholds: StateThresholds;
  /** How long an agent may be hung or stalled before it is to be killed; never where absent. */
  readonly killAfterMs?: number;
  /** Ids of the patterns whose lines begin a turn that a later line ends; others say nothing of turns that were cut. */
  readonly turnPatterns: Pick<ReadonlySet<string>, 'has'>;
}): StateTracker {
  const { thresholds, killAfterMs } = options;
  let states: StateChange[] = [];
  let verdicts: Verdict[] = [];
  let kill: Verdict | undefined;

  /** When each state was told last: no two are told of one moment. */
  const toldUs = new Map<SessionState, number>([['starting', 0]]);
  const tell = (change: StateChange) => {
    toldUs.set(change.state, change.timeUs);
    states.push(change);
  };
  const steady = createSteadyState(tell);
  const inTime = createTimedVerdicts({
    thresholds,
    ...(killAfterMs !== undefined && { killAfterMs }),
    tell: (verdict) => verdicts.push(verdict),
    kill: (verdict) => (kill = verdict),
  });
  const atEnd = createEndVerdicts(options.turnPatterns);

  let nowUs = 0;
  let quietSinceUs = 0;
  let hasEnded = false;
  let isPainted = false;
  let showsWork = false;
  let hasMessages = false;
  let hasShellMarks = false;
  let isTurnOver = false;
  /** The state under {@link stoppedUs} and {@link question}, which cover it. */
  let base: SessionState = 'starting';
  let baseEvidence: Evidence = { source: 'process' };
  let stoppedUs: number | undefined;
  let question: Evidence | undefined;
  let attention: { readonly evidence: Evidence; readonly meaning: 'asks' | 'finished' | 'calls' } | undefined;

  const isBusy = () => base === 'working' || base === 'starting';

  function become(state: SessionState, evidence: Evidence) {
    // What showed the same before keeps the credit.
    if (state !== base) [base, baseEvidence] = [state, evidence];
    attention = undefined;
  }

  function showLife() {
    quietSinceUs = nowUs;
    inTime.alive(nowUs);
  }

  /** Tells the state as it is now; `evidence` is for what lies under a question or a stop. */
  function reconcile(evidence: Evidence = baseEvidence) {
    if (stoppedUs !== undefined) steady.set('paused', nowUs, { source: 'process', signal: 'SIGSTOP' });
    else if (question) steady.set('needs_input', nowUs, question);
    else steady.set(base, nowUs, evidence);
    inTime.watch(stoppedUs === undefined && question === undefined && isBusy());
  }

  function quietDeadline(): Deadline | undefined {
    if (question || !isBusy()) return undefined;
    const after = (quietMs: number, state: SessionState, because?: Evidence): Deadline => ({
      atUs: quietSinceUs + quietMs * 1000,
      fire: () => become(state, { source: 'quiet', quiet_ms: quietMs, ...(because && { because }) }),
    });
    // A painted interface also calls when it is done, and its questions can be seen: only one that says so asks.
    if (attention && (!isPainted || attention.meaning === 'asks')) {
      const isDone = attention.meaning === 'finished' || (isTurnOver && attention.meaning === 'calls');
      return after(thresholds.attentionAfterMs, isDone ? 'idle' : 'needs_input', attention.evidence);
    }
    return isTurnOver || (isPainted && !showsWork) ? after(thresholds.idleAfterMs, 'idle') : undefined;
  }

  function nextDeadline(): Deadline | undefined {
    if (hasEnded) return undefined;
    const { deadlineUs } = steady;
    const settling = deadlineUs === undefined ? undefined : { atUs: deadlineUs, fire: () => steady.settle() };
    return stoppedUs === undefined ? earlier(earlier(settling, quietDeadline()), inTime.next) : settling;
  }

  /** Lets everything happen that time alone brings about before this moment. */
  function advance(toUs: number) {
    for (let next = nextDeadline(); next && next.atUs < toUs; next = nextDeadline()) {
      nowUs = Math.max(nowUs, next.atUs);
      next.fire();
      reconcile();
    }
    nowUs = Math.max(nowUs, toUs);
  }

  function output({ stream, bytes, hasLine }: SignalOf<'output'>) {
    const isBurst = nowUs - quietSinceUs < burstUs;
    const evidence = { source: 'output', stream } as const;
    atEnd.output(stream, bytes);
    showLife();
    if (base === 'starting') become('working', evidence);
    else if (base === 'needs_input' && !isBurst && (hasLine || isPainted)) become('working', evidence);
    // Typing is echoed, and an idle interface paints its cursor and its clock.
    else if (base === 'idle' && hasLine && !isPainted && !hasMessages && !hasShellMarks) become('working', evidence);
  }

  function said({ state, evidence }: SignalOf<'said'>) {
    const isMessage = evidence.source === 'message';
    hasMessages ||= isMessage;
    if (hasMessages && !isMessage && state !== 'rate_limited' && state !== 'needs_input') return;
    atEnd.said(state, evidence);
    showLife();
    switch (state) {
      case 'completed':
      case 'failed':
      case 'crashed':
        isTurnOver = true;
        if (isMessage) inTime.lastWord(nowUs, evidence);
        if (base !== 'idle') become('working', evidence);
        return;
      case 'idle':
        isTurnOver = true;
        become('idle', evidence);
        return;
      case 'starting':
      case 'working':
        if (isMessage) inTime.newTurn();
        isTurnOver = false;
        become('working', evidence);
        return;
      case 'needs_input':
      case 'rate_limited':
      case 'paused':
        become(state, evidence);
    }
  }

  function progress({ evidence }: SignalOf<'progress'>) {
    atEnd.progress();
    showLife();
    if (hasMessages && isTurnOver) return;
    isTurnOver = false;
    become('working', evidence);
  }

  function notification({ code, payload }: SignalOf<'notification'>) {
    const evidence = { source: 'notification', code, payload } as const;
    const meaning = meaningOf(code, payload);
    showLife();
    if (meaning === 'asks' || meaning === 'finished' || meaning === 'calls') {
      attention = { evidence, meaning };
      return;
    }
    hasShellMarks ||= code === 133;
    if (meaning === undefined || hasMessages) return;
    isTurnOver = meaning !== 'working';
    if (meaning === 'working') become('working', evidence);
    if (meaning === 'prompt') become('idle', evidence);
  }

  function goOn() {
    if (stoppedUs === undefined) return;
    inTime.skip(nowUs - stoppedUs);
    quietSinceUs = Math.min(nowUs, quietSinceUs + nowUs - stoppedUs);
    stoppedUs = undefined;
    reconcile({ source: 'process', signal: 'SIGCONT' });
  }

  /** What is done to the session stands among its states: as the same one, once more. */
  function noteDeed(evidence: Evidence) {
    const state = steady.told;
    tell({ state, timeUs: Math.max(nowUs, (toldUs.get(state) ?? -1) + 1), evidence });
  }

  function handle(signal: StateSignal) {
    switch (signal.kind) {
      case 'output':
        output(signal);
        return;
      case 'painted':
        isPainted = true;
        return;
      case 'shows-work':
        showsWork = signal.is;
        return;
      case 'said':
        said(signal);
        return;
      case 'progress':
        progress(signal);
        return;
      case 'question':
        question = signal.evidence;
        attention = undefined;
        return;
      case 'answered':
        if (question) [base, baseEvidence] = ['working', { source: 'screen', answered: question }];
        question = undefined;
        showLife();
        return;
      case 'notification':
        notification(signal);
        return;
      case 'bell':
        showLife();
        attention ??= { evidence: { source: 'notification', bell: true }, meaning: 'calls' };
        return;
      case 'cut-message':
        atEnd.cutMessage(signal.evidence);
        return;
      case 'stopped':
        stoppedUs ??= nowUs;
        return;
      case 'continued':
        goOn();
        return;
      case 'control':
        noteDeed(signal.evidence);
        return;
      case 'ended':
        hasEnded = true;
        verdicts.push(...atEnd.at(nowUs, signal.ending));
    }
  }

  /** What there is to tell since the last call. */
  function news(): StateNews {
    const told = { states, verdicts, ...(kill && { kill }) };
    states = [];
    verdicts = [];
    kill = undefined;
    return told;
  }

  return {
    take(signal) {
      advance(signal.timeUs);
      if (!hasEnded) handle(signal);
      if (!hasEnded) reconcile();
      return news();
    },
    clock(timeUs) {
      advance(timeUs);
      return news();
    },
    get state() {
      return steady.told;
    },
    get nextDeadlineUs() {
      return nextDeadline()?.atUs;
    },
  };
}

type SignalOf<Kind extends StateSignal['kind']> = Extract<StateSignal, { kind: Kind }>;
