import type { Stream } from '../domain/chunk.ts';
import type { Event } from '../domain/event.ts';
import type { Verdict, VerdictName } from '../domain/state.ts';

/** The pattern ids of verdicts' events. */
export const verdictPatterns: Readonly<Record<VerdictName, string>> = {
  hung: 'verdict_hung',
  stalled: 'verdict_stalled',
  cut: 'verdict_cut',
  'json-cut': 'verdict_json_cut',
  'exit-zero': 'verdict_exit_zero_after_failure',
  truncated: 'verdict_truncated_64k',
};

/** How far the output had come when a verdict was given. */
export interface OutputPlace {
  readonly stream: Stream;
  readonly offset: number;
  readonly lineNumber: number;
}

/** The verdict as an event: no line shows it, so it stands behind what was printed until then. */
export function verdictEvent(verdict: Verdict, place: OutputPlace): Event {
  return {
    ...place,
    endOffset: place.offset,
    timeUs: verdict.timeUs,
    type: 'state_change',
    pattern: verdictPatterns[verdict.name],
    risk: 'high',
    autoConfirmable: false,
    matchedValue: verdict.sentence,
    originalLine: '',
    metadata: { verdict: verdict.name, ...verdict.evidence },
  };
}
