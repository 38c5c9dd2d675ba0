import { describe, expect, it } from 'vitest';
import type { SessionState } from '../../src/domain/session.ts';
import type { Evidence, StateSignal, StateThresholds } from '../../src/domain/state.ts';
import { createStateTracker } from '../../src/extract/agent-state.ts';
import { seededRandom } from '../support/seeded-random.ts';

const thresholds: StateThresholds = {
  idleAfterMs: 3_000,
  attentionAfterMs: 1_000,
  hungAfterMs: 30_000,
  stalledAfterMs: 300_000,
};

type Untimed = StateSignal extends infer Signal ? (Signal extends StateSignal ? Omit<Signal, 'timeUs'> : never) : never;
type Step = readonly [atMs: number, signal: Untimed];

const printed: Untimed = { kind: 'output', stream: 'stdout', bytes: 10, hasLine: true };
const echoed: Untimed = { kind: 'output', stream: 'stdout', bytes: 1, hasLine: false };
const message = (state: SessionState): Untimed => ({
  kind: 'said',
  state,
  evidence: { source: 'message', pattern: 'turn', line: 7 },
});
const line = (state: SessionState): Untimed => ({ kind: 'said', state, evidence: { source: 'pattern', pattern: 'p' } });
const progress: Untimed = { kind: 'progress', evidence: { source: 'pattern', pattern: 'tool_use' } };
const approve: Evidence = { source: 'screen', pattern: 'approve' };
const question: Untimed = { kind: 'question', evidence: approve };
const answered: Untimed = { kind: 'answered' };
const painted: Untimed = { kind: 'painted' };
const showsWork = (is: boolean): Untimed => ({ kind: 'shows-work', is });
const bell: Untimed = { kind: 'bell' };
const notified = (code: 9 | 99 | 133 | 777, payload: string): Untimed => ({ kind: 'notification', code, payload });
const exited: Untimed = { kind: 'ended', ending: { kind: 'exited', code: 0 } };

/** What comes of these signals, and of time passing until `untilMs` (or the last of them). */
function track(steps: readonly Step[], untilMs = 0, clockMs: readonly number[] = []) {
  const tracker = createStateTracker({ thresholds, turnPatterns: new Set() });
  const clocks = clockMs.map((atMs) => [atMs, undefined] as const);
  const all = [...steps, ...clocks, [untilMs, undefined] as const].sort(([a], [b]) => a - b);
  const told = all.map(([atMs, signal]) =>
    signal === undefined ? tracker.clock(atMs * 1000) : tracker.take({ ...signal, timeUs: atMs * 1000 }),
  );
  return { states: told.flatMap(({ states }) => states), verdicts: told.flatMap(({ verdicts }) => verdicts) };
}

/** States with the milliseconds at which they began. */
const statesOf = (steps: readonly Step[], untilMs?: number) =>
  track(steps, untilMs).states.map(({ state, timeUs }) => `${state} ${timeUs / 1000}`);

const evidenceOf = (steps: readonly Step[], untilMs?: number) => track(steps, untilMs).states.at(-1)?.evidence;

describe('an agent', () => {
  it('works from its first output on', () => {
    expect(statesOf([[40, printed]])).toEqual(['working 40']);
    expect(evidenceOf([[40, printed]])).toEqual({ source: 'output', stream: 'stdout' });
  });

  it('works on however long it is quiet within a turn', () => {
    expect(statesOf([[40, printed]], 200_000)).toEqual(['working 40']);
  });

  it('is idle when it is quiet behind a finished turn, and works again with the next one', () => {
    const steps: Step[] = [
      [40, message('working')],
      [5_000, message('completed')],
      [20_000, message('working')],
    ];
    expect(statesOf(steps, 21_000)).toEqual(['working 40', 'idle 8000', 'working 20000']);
    expect(track(steps, 9_000).states[1]?.evidence).toEqual({ source: 'quiet', quiet_ms: 3_000 });
  });

  it('is idle at once when it says so', () => {
    const steps: Step[] = [
      [40, printed],
      [500, line('idle')],
    ];
    expect(statesOf(steps, 1_000)).toEqual(['working 40', 'idle 500']);
  });

  it('that paints the terminal is idle when it is quiet, and its echo and its cursor are no work', () => {
    const steps: Step[] = [
      [40, printed],
      [41, painted],
      [9_000, echoed],
      [9_200, printed],
      [9_400, echoed],
      [10_000, progress],
    ];
    expect(statesOf(steps, 11_000)).toEqual(['working 40', 'idle 3040', 'working 10000']);
  });

  it('that paints the terminal works on however quiet it is, as long as it shows that it does', () => {
    const steps: Step[] = [
      [40, printed],
      [41, painted],
      [42, showsWork(true)],
    ];
    expect(statesOf(steps, 200_000)).toEqual(['working 40']);
    expect(statesOf([...steps, [9_000, printed], [9_000, showsWork(false)]], 200_000)).toEqual([
      'working 40',
      'idle 12000',
    ]);
    // It says itself that it is over.
    expect(statesOf([...steps, [9_000, line('idle')]], 200_000)).toEqual(['working 40', 'idle 9000']);
  });

  it('is rate limited until it makes progress, whatever it prints meanwhile', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, line('rate_limited')],
      [2_000, printed],
      [60_000, printed],
      [61_000, progress],
    ];
    expect(statesOf(steps, 62_000)).toEqual(['working 40', 'rate_limited 1000', 'working 61000']);
  });

  it('is paused while it is stopped, and then what it was', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, { kind: 'stopped' }],
      [1_000, { kind: 'stopped' }],
      [900_000, { kind: 'continued' }],
    ];
    expect(statesOf(steps, 900_500)).toEqual(['working 40', 'paused 1000', 'working 900000']);
    expect(evidenceOf(steps, 900_500)).toEqual({ source: 'process', signal: 'SIGCONT' });
  });

  it('is told to go on without having been stopped, and nothing changes', () => {
    const steps: Step[] = [
      [40, printed],
      [50, { kind: 'continued' }],
    ];
    expect(statesOf(steps, 1_000)).toEqual(['working 40']);
  });

  it('has no state behind its end: that is its process’s to tell', () => {
    const steps: Step[] = [
      [40, printed],
      [50, exited],
      [60, question],
    ];
    expect(statesOf(steps, 900_000)).toEqual(['working 40']);
  });
});

describe('a question', () => {
  it('needs input at once, until it is answered', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, question],
      [9_000, answered],
    ];
    const [, asked] = track(steps.slice(0, 2)).states;
    expect(asked).toEqual({
      state: 'needs_input',
      timeUs: 1_000_000,
      evidence: approve,
    });
    expect(statesOf(steps, 9_500)).toEqual(['working 40', 'needs_input 1000', 'working 9000']);
    expect(evidenceOf(steps, 9_500)).toMatchObject({ source: 'screen', answered: { pattern: 'approve' } });
  });

  it('that is painted anew, or followed by the next one, does not flicker', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, question],
      [2_000, answered],
      [2_030, question],
      [3_000, answered],
      [3_000, question],
    ];
    expect(statesOf(steps, 9_000)).toEqual(['working 40', 'needs_input 1000']);
  });

  it('on the screen counts more than what messages, quiet and notifications say', () => {
    const steps: Step[] = [
      [40, printed],
      [41, painted],
      [1_000, question],
      [1_100, message('working')],
      [1_200, notified(133, 'A')],
    ];
    expect(statesOf(steps, 60_000)).toEqual(['working 40', 'needs_input 1000']);
  });

  it('counts less than the process: a stopped one is paused', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, question],
      [2_000, { kind: 'stopped' }],
      [3_000, { kind: 'continued' }],
    ];
    expect(statesOf(steps, 4_000)).toEqual(['working 40', 'needs_input 1000', 'paused 2000', 'needs_input 3000']);
  });

  it('in a line of text needs input until lines follow, but for those that came with it', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, line('needs_input')],
      [1_005, printed],
      [8_000, echoed],
      [8_100, echoed],
      [9_000, printed],
    ];
    expect(statesOf(steps, 9_500)).toEqual(['working 40', 'needs_input 1000', 'working 9000']);
  });
});

describe('what flickers', () => {
  it('is not told: only a state that lasts', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, line('rate_limited')],
      [1_100, progress],
      [2_000, line('idle')],
      [2_010, progress],
      [2_020, line('rate_limited')],
      [2_030, progress],
    ];
    expect(statesOf(steps, 3_000)).toEqual(['working 40']);
  });

  it('bears the time at which it began once it lasts', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, line('rate_limited')],
    ];
    expect(statesOf(steps, 1_150)).toEqual(['working 40']);
    expect(statesOf(steps, 1_151)).toEqual(['working 40', 'rate_limited 1000']);
  });

  it('is never the same state twice', () => {
    const steps: Step[] = [
      [40, printed],
      [1_000, message('working')],
      [2_000, progress],
      [3_000, message('working')],
    ];
    expect(statesOf(steps, 4_000)).toEqual(['working 40']);
  });
});

describe('messages', () => {
  it('count more than lines of text', () => {
    const steps: Step[] = [
      [40, message('working')],
      [1_000, line('completed')],
      [1_500, line('idle')],
    ];
    expect(statesOf(steps, 20_000)).toEqual(['working 40']);
  });

  it('leave it to lines of text to tell of a rate limit', () => {
    const steps: Step[] = [
      [40, message('working')],
      [1_000, line('rate_limited')],
    ];
    expect(statesOf(steps, 20_000)).toEqual(['working 40', 'rate_limited 1000']);
  });
});

describe('a notification', () => {
  const after = (untimed: Untimed, ...more: Step[]) => statesOf([[40, printed], [1_000, untimed], ...more], 10_000);

  it.each([
    ['OSC 9', notified(9, 'Approval requested: rm -rf build')],
    ['OSC 99', notified(99, 'i=1:d=0;Needs your attention')],
    ['OSC 777', notified(777, 'notify;agent;Waiting for your input')],
    ['a bell', bell],
    ['a text that does not say why', notified(9, 'Look here')],
  ])('(%s) that is followed by quiet needs input', (_, untimed) => {
    expect(after(untimed)).toEqual(['working 40', 'needs_input 2000']);
    expect(
      evidenceOf(
        [
          [40, printed],
          [1_000, untimed],
        ],
        3_000,
      ),
    ).toMatchObject({
      source: 'quiet',
      quiet_ms: 1_000,
      because: { source: 'notification' },
    });
  });

  it('is nothing while the agent works on', () => {
    const steps: Step[] = Array.from({ length: 20 }, (_, index) => [1_100 + index * 500, progress]);
    expect(after(bell, ...steps)).toEqual(['working 40']);
  });

  it('that says that it is done is idle', () => {
    expect(after(notified(777, 'notify;agent;Task completed'))).toEqual(['working 40', 'idle 2000']);
  });

  it('behind a finished turn is idle, unless it asks', () => {
    expect(after(line('completed'), [1_100, bell])).toEqual(['working 40', 'idle 2100']);
    expect(after(line('completed'), [1_100, notified(9, 'May I? Needs your permission')])).toEqual([
      'working 40',
      'needs_input 2100',
    ]);
  });

  it('from an interface that paints needs input only if it asks: its questions can be seen', () => {
    expect(after(painted, [1_100, notified(9, 'Hello! I am the answer.')])).toEqual(['working 40', 'idle 4100']);
    expect(after(painted, [1_100, notified(9, 'Approval requested')])).toEqual(['working 40', 'needs_input 2100']);
  });

  it.each([notified(9, '9;/home/me'), notified(9, '4;3'), notified(99, 'i=1:p=?;'), notified(777, 'container;push;x')])(
    'is not %j',
    (untimed) => {
      expect(after(untimed)).toEqual(['working 40']);
    },
  );

  it('of progress that is over ends the turn (OSC 9;4)', () => {
    expect(after(notified(9, '4;0;'))).toEqual(['working 40', 'idle 4000']);
  });

  it('of a shell tells its prompt, its commands and their ends (OSC 133)', () => {
    const steps: Step[] = [
      [40, printed],
      [50, notified(133, 'A')],
      [2_000, printed],
      [4_000, notified(133, 'C;')],
      [4_100, printed],
      [9_000, notified(133, 'D;0')],
      [9_001, notified(133, 'A')],
    ];
    expect(statesOf(steps, 10_000)).toEqual(['working 40', 'idle 50', 'working 4000', 'idle 9001']);
  });
});

describe('tracking', () => {
  const kinds: readonly Untimed[] = [
    printed,
    echoed,
    painted,
    showsWork(true),
    showsWork(false),
    bell,
    progress,
    question,
    answered,
    message('working'),
    message('completed'),
    message('failed'),
    line('working'),
    line('rate_limited'),
    line('needs_input'),
    line('idle'),
    notified(9, 'done'),
    notified(133, 'A'),
    notified(133, 'C'),
    { kind: 'stopped' },
    { kind: 'continued' },
  ];

  it('comes to the same at whatever moments it is told the time', () => {
    const random = seededRandom();
    for (let round = 0; round < 300; round += 1) {
      let atMs = 0;
      const steps: Step[] = Array.from({ length: 30 }, () => {
        atMs += [1, 40, 200, 2_000, 40_000, 400_000][random.below(6)] ?? 0;
        return [atMs, kinds[random.below(kinds.length)] ?? printed];
      });
      steps.push([atMs + 1_000, exited]);
      const clocks = Array.from({ length: 40 }, () => random.below(atMs + 1_000) + 0.5);
      expect(track(steps, 0, clocks), `SEED=${random.seed}, round ${round}`).toEqual(track(steps));
    }
  });

  it('says when time will bring something, and nothing comes before', () => {
    const tracker = createStateTracker({ thresholds, turnPatterns: new Set() });
    tracker.take({ ...message('completed'), timeUs: 1_000_000 });
    expect(tracker.nextDeadlineUs).toBe(4_000_000);
    expect(tracker.clock(4_000_000).states).toEqual([]);
    expect(tracker.clock(4_000_001).states).toMatchObject([{ state: 'idle', timeUs: 4_000_000 }]);
    expect(tracker.nextDeadlineUs).toBe(31_000_000);
    tracker.take({ ...exited, timeUs: 5_000_000 });
    expect(tracker.nextDeadlineUs).toBeUndefined();
  });
});
