import type { StateChange } from '../domain/batch.ts';
import type { SessionState } from '../domain/session.ts';
import type { Evidence } from '../domain/state.ts';

/** A state that another one follows sooner is flicker, and not told. */
const holdUs = 150_000;

/** Whoever waits must learn of these at once; and nothing flickers before the first output. */
function isTold(state: SessionState, before: SessionState, evidence: Evidence): boolean {
  return state === 'needs_input' || state === 'paused' || before === 'starting' || evidence.source === 'quiet';
}

/** Lets state changes pass that last; one that was waited for bears the time at which it began. */
export interface SteadyState {
  /** The state is this one from now on. */
  set(state: SessionState, timeUs: number, evidence: Evidence): void;
  /** The state as it was told last. */
  readonly told: SessionState;
  /** When the state that is waited for has lasted long enough; undefined when none is. */
  readonly deadlineUs: number | undefined;
  /** To be called when {@link SteadyState.deadlineUs} has passed. */
  settle(): void;
}

export function createSteadyState(tell: (change: StateChange) => void): SteadyState {
  let told: SessionState = 'starting';
  let pending: StateChange | undefined;

  function pass(change: StateChange) {
    told = change.state;
    pending = undefined;
    tell(change);
  }

  return {
    set(state, timeUs, evidence) {
      if (state === (pending?.state ?? told)) return;
      if (state === told) pending = undefined;
      else if (isTold(state, told, evidence)) pass({ state, timeUs, evidence });
      else pending = { state, timeUs, evidence };
    },
    get told() {
      return told;
    },
    get deadlineUs() {
      return pending && pending.timeUs + holdUs;
    },
    settle() {
      if (pending) pass(pending);
    },
  };
}
