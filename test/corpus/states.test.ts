import { describe, expect, it } from 'vitest';
import { readCapture } from './captures.ts';
import { eventsOfCapture, statesOfCapture } from './extraction.ts';

/** When each interface had painted its question whole, and when it was gone, in milliseconds: from the frames. */
const questions = [
  { capture: 'claude/tui-full', askedMs: 5955, answeredMs: 10_034 },
  { capture: 'codex/tui-full', askedMs: 13_774, answeredMs: 14_593 },
  { capture: 'gemini/tui-full', askedMs: 7758, answeredMs: 8686 },
  { capture: 'opencode/tui-full', askedMs: 14_723, answeredMs: 15_587 },
];

describe.each(questions)('the state of $capture', ({ capture, askedMs, answeredMs }) => {
  const [agent = ''] = capture.split('/');
  const states = statesOfCapture(agent, readCapture(capture)).map(({ state, timeUs }) => ({
    state,
    ms: timeUs / 1000,
  }));

  it('is needs_input within 500 ms of the question, and left as soon as it is answered', () => {
    const asks = states.filter(({ state, ms }) => state === 'needs_input' && ms >= askedMs - 100);
    expect(asks).toHaveLength(1);
    expect(asks[0]?.ms).toBeLessThan(askedMs + 500);
    const next = states[states.findIndex((each) => each === asks[0]) + 1];
    expect(next?.state).toBe('working');
    expect(next?.ms).toBeGreaterThan(answeredMs - 100);
    expect(next?.ms).toBeLessThan(answeredMs + 500);
  });
});

/** Moments at which it showed that it was at work. */
const atWork = [
  { capture: 'claude/tui-full', ms: 3500 },
  { capture: 'claude/tui-429', ms: 2600 },
  { capture: 'codex/tui-full', ms: 10_907 },
  { capture: 'codex/tui-429', ms: 2320 },
  { capture: 'gemini/tui-full', ms: 5400 },
  { capture: 'gemini/tui-429', ms: 8000 },
  { capture: 'opencode/tui-full', ms: 10_000 },
  { capture: 'opencode/tui-429', ms: 10_000 },
];

/** Moments at which its turn was over. */
const atRest = [
  { capture: 'claude/tui-full', ms: 12_000 },
  { capture: 'codex/tui-full', ms: 16_500 },
  { capture: 'gemini/tui-full', ms: 10_500 },
  { capture: 'opencode/tui-full', ms: 18_000 },
];

/** The state, and the verdicts while it ran, had it painted nothing more for ten minutes. */
function frozenAt(name: string, ms: number) {
  const capture = readCapture(name);
  const [agent = ''] = name.split('/');
  const moments = capture.moments.filter(({ timeUs }) => timeUs <= ms * 1000);
  const frozen = { ...capture, moments, endUs: (ms + 600_000) * 1000 };
  return {
    state: statesOfCapture(agent, frozen).at(-1)?.state,
    isStalled: eventsOfCapture(agent, frozen).some(({ pattern }) => pattern === 'verdict_stalled'),
  };
}

describe('an interface that freezes', () => {
  it.each(atWork)('at work has stalled, and is not idle: $capture at $ms ms', ({ capture, ms }) => {
    expect(frozenAt(capture, ms)).toEqual({ state: 'working', isStalled: true });
  });

  it.each(atRest)('when its turn is over is idle: $capture at $ms ms', ({ capture, ms }) => {
    expect(frozenAt(capture, ms)).toEqual({ state: 'idle', isStalled: false });
  });
});
