import type { Ending, SessionState } from '../domain/session.ts';

export interface FinalState {
  readonly state: SessionState;
  /** As a shell reads it; null when nobody saw the end, or nobody tells. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the child. */
  readonly exitSignal: string | null;
}

/** What a child's ending means for its session. */
export function finalState(ending: Ending): FinalState {
  switch (ending.kind) {
    case 'exited':
      return { state: ending.code === 0 ? 'completed' : 'failed', exitCode: ending.code, exitSignal: null };
    case 'not-started':
      return { state: 'failed', exitCode: ending.code, exitSignal: null };
    case 'killed':
      return { state: 'crashed', exitCode: 128 + ending.signal, exitSignal: ending.signalName };
    case 'unseen':
      return { state: 'crashed', exitCode: null, exitSignal: null };
    case 'untold':
      return { state: 'completed', exitCode: null, exitSignal: null };
  }
}
