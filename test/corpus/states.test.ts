import { describe, expect, it } from 'vitest';
import { readCapture } from './captures.ts';
import { statesOfCapture } from './extraction.ts';

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
