import { describe, expect, it } from 'vitest';
import type { Ending, SessionState } from '../../src/domain/session.ts';
import { type StateSignal, verdictNames } from '../../src/domain/state.ts';
import { createStateTracker } from '../../src/extract/agent-state.ts';
import { verdictEvent, verdictPatterns } from '../../src/extract/verdict-event.ts';

const thresholds = { idleAfterMs: 3_000, attentionAfterMs: 1_000, hungAfterMs: 30_000, stalledAfterMs: 300_000 };

const at = (seconds: number) => ({ timeUs: seconds * 1_000_000 });
const printed = (seconds: number, bytes = 10, stream: 'stdout' | 'stderr' = 'stdout'): StateSignal => ({
  ...at(seconds),
  kind: 'output',
  stream,
  bytes,
  hasLine: true,
});
const message = (seconds: number, state: SessionState): StateSignal => ({
  ...at(seconds),
  kind: 'said',
  state,
  evidence: { source: 'message', pattern: 'result', line: 3 },
});
const line = (seconds: number, state: SessionState, pattern = 'turn'): StateSignal => ({
  ...at(seconds),
  kind: 'said',
  state,
  evidence: { source: 'pattern', pattern },
});
const progress = (seconds: number): StateSignal => ({
  ...at(seconds),
  kind: 'progress',
  evidence: { source: 'pattern', pattern: 'tool_use' },
});
const question = (seconds: number): StateSignal => ({
  ...at(seconds),
  kind: 'question',
  evidence: { source: 'screen', pattern: 'approve' },
});
const stopped = (seconds: number): StateSignal => ({ ...at(seconds), kind: 'stopped' });
const continued = (seconds: number): StateSignal => ({ ...at(seconds), kind: 'continued' });
const ended = (seconds: number, ending: Ending = { kind: 'exited', code: 0 }): StateSignal => ({
  ...at(seconds),
  kind: 'ended',
  ending,
});

function judge(signals: readonly StateSignal[], untilSeconds = 0, killAfterMs?: number) {
  const tracker = createStateTracker({
    thresholds,
    turnPatterns: new Set(['turn']),
    ...(killAfterMs !== undefined && { killAfterMs }),
  });
  const news = [...signals.map((signal) => tracker.take(signal)), tracker.clock(untilSeconds * 1_000_000)];
  return {
    verdicts: news.flatMap(({ verdicts }) => verdicts),
    kills: news.flatMap(({ kill }) => (kill ? [kill.name] : [])),
  };
}

/** Verdicts with the seconds at which they were given. */
const given = (signals: readonly StateSignal[], untilSeconds?: number) =>
  judge(signals, untilSeconds).verdicts.map(({ name, timeUs }) => `${name} ${timeUs / 1_000_000}`);

describe('hung', () => {
  const done = [message(1, 'working'), message(10, 'completed')];

  it('is who does not end behind the last word', () => {
    expect(given(done, 39)).toEqual([]);
    expect(given(done, 60)).toEqual(['hung 40']);
    expect(given([message(1, 'working'), message(10, 'failed')], 60)).toEqual(['hung 40']);
  });

  it('is who goes on printing behind it', () => {
    const printing = Array.from({ length: 50 }, (_, index) => printed(11 + index));
    expect(given([...done, ...printing])).toEqual(['hung 40']);
  });

  it('is told once, with what the last word was', () => {
    const { verdicts } = judge([...done, printed(50), message(60, 'completed')], 10_000);
    expect(verdicts).toEqual([
      {
        name: 'hung',
        timeUs: 40_000_000,
        sentence: 'the stream has said its last word, but the process still ran 30 s later',
        evidence: { source: 'message', pattern: 'result', line: 3, hung_after_ms: 30_000 },
      },
    ]);
  });

  it('is nobody who begins another turn, and who hangs behind that one does so again', () => {
    expect(given([...done, message(39, 'working'), message(90, 'completed')], 100)).toEqual([]);
    expect(given([...done, message(60, 'working'), message(90, 'completed')], 130)).toEqual(['hung 40', 'hung 120']);
  });

  it('is nobody who ends in time, or whose last word is a line of text', () => {
    expect(given([...done, ended(39)], 100)).toEqual([]);
    expect(given([line(1, 'working'), line(10, 'completed')], 100)).toEqual([]);
  });

  it('is nobody who was stopped meanwhile', () => {
    expect(given([...done, stopped(11), continued(1011)], 1039)).toEqual([]);
    expect(given([...done, stopped(11), continued(1011)], 1041)).toEqual(['hung 1040']);
  });
});

describe('stalled', () => {
  it('is who is quiet for too long while working', () => {
    expect(given([printed(1)], 301)).toEqual([]);
    expect(given([printed(1)], 302)).toEqual(['stalled 301']);
    expect(judge([printed(1)], 302).verdicts[0]).toMatchObject({
      sentence: 'nothing was printed for 300 s',
      evidence: { source: 'quiet', quiet_ms: 300_000 },
    });
  });

  it('is who never says anything', () => {
    expect(given([], 400)).toEqual(['stalled 300']);
  });

  it('is told once for each silence', () => {
    expect(given([printed(1)], 5_000)).toEqual(['stalled 301']);
    expect(given([printed(1), printed(1_000)], 5_000)).toEqual(['stalled 301', 'stalled 1300']);
  });

  it('is nobody who waits for its user, is idle, rate limited or stopped', () => {
    expect(given([printed(1), question(2)], 5_000)).toEqual([]);
    expect(given([printed(1), line(2, 'completed')], 5_000)).toEqual([]);
    expect(given([printed(1), line(2, 'rate_limited')], 5_000)).toEqual([]);
    expect(given([printed(1), stopped(2)], 5_000)).toEqual([]);
    expect(given([printed(1), { ...at(1), kind: 'painted' }], 5_000)).toEqual([]);
  });

  it('is who shows on the screen that it works, but paints no more', () => {
    const frozen = [printed(1), { ...at(1), kind: 'painted' }, { ...at(1), kind: 'shows-work', is: true }] as const;
    expect(given(frozen, 5_000)).toEqual(['stalled 301']);
    expect(given([...frozen, question(2)], 5_000)).toEqual([]);
  });

  it('begins anew when the question is answered', () => {
    const asked = [printed(1), question(2), { ...at(1_000), kind: 'answered' } as const];
    expect(given(asked, 1_299)).toEqual([]);
    expect(given(asked, 1_301)).toEqual(['stalled 1300']);
  });
});

describe('cut', () => {
  it('is a stream of messages that ends without its last one', () => {
    expect(given([message(1, 'working'), ended(9)])).toEqual(['cut 9']);
    expect(given([message(1, 'starting'), ended(9, { kind: 'killed', signal: 9, signalName: 'SIGKILL' })])).toEqual([
      'cut 9',
    ]);
    expect(given([message(1, 'working'), message(8, 'completed'), message(8, 'working'), ended(9)])).toEqual(['cut 9']);
  });

  it('is a text that showed a turn’s beginning and not its end', () => {
    expect(given([line(1, 'working'), progress(2), ended(9)])).toEqual(['cut 9']);
    expect(given([line(1, 'working'), line(2, 'completed'), progress(3), ended(9)])).toEqual([]);
  });

  it('is no text of which nobody knows how a turn ends', () => {
    expect(given([line(1, 'working', 'response'), ended(9)])).toEqual([]);
  });

  it('is nothing else', () => {
    expect(given([printed(1), ended(9)])).toEqual([]);
    expect(given([message(1, 'working'), message(8, 'completed'), ended(9)])).toEqual([]);
    expect(given([message(1, 'working'), message(8, 'failed'), ended(9, { kind: 'exited', code: 1 })])).toEqual([]);
    expect(given([line(1, 'rate_limited'), ended(9)])).toEqual([]);
    expect(given([ended(9, { kind: 'not-started', code: 127, message: '' })])).toEqual([]);
    expect(given([message(1, 'working'), ended(9, { kind: 'untold' })])).toEqual([]);
  });
});

describe('JSON cut in the middle', () => {
  it('is a stream whose last line is the beginning of a message', () => {
    const cut: StateSignal = {
      ...at(9),
      kind: 'cut-message',
      evidence: { source: 'message', pattern: 'json_malformed' },
    };
    expect(given([message(1, 'working'), cut, ended(9)])).toEqual(['json-cut 9', 'cut 9']);
  });
});

describe('exit 0 though the stream said that it failed', () => {
  it.each([message(8, 'failed'), line(8, 'failed')])('%j', (failed) => {
    expect(given([failed, ended(9)])).toEqual(['exit-zero 9']);
    expect(given([failed, ended(9, { kind: 'exited', code: 2 })])).toEqual([]);
  });

  it('is not said of who went on', () => {
    expect(given([message(2, 'failed'), message(3, 'working'), message(8, 'completed'), ended(9)])).toEqual([]);
    expect(given([line(2, 'failed'), progress(3), ended(9)])).toEqual([]);
  });
});

describe('output that stops at exactly 65,536 bytes', () => {
  it('is told with its stream', () => {
    expect(judge([printed(1, 65_000, 'stderr'), printed(2, 536, 'stderr'), ended(9)]).verdicts).toEqual([
      {
        name: 'truncated',
        timeUs: 9_000_000,
        sentence: 'stderr stopped at exactly 65,536 bytes, as much as fits into a pipe',
        evidence: { source: 'output', stream: 'stderr', bytes: 65_536 },
      },
    ]);
  });

  it('is not one byte more or less, nor two streams together', () => {
    expect(given([printed(1, 65_535), ended(9)])).toEqual([]);
    expect(given([printed(1, 65_537), ended(9)])).toEqual([]);
    expect(given([printed(1, 65_000), printed(2, 536, 'stderr'), ended(9)])).toEqual([]);
  });
});

describe('killing', () => {
  it('is due when it has hung or stalled for so long, and once', () => {
    expect(judge([printed(1)], 360, 60_000).kills).toEqual([]);
    expect(judge([printed(1)], 9_000, 60_000).kills).toEqual(['stalled']);
    expect(judge([message(1, 'completed')], 90, 60_000).kills).toEqual([]);
    expect(judge([message(1, 'completed')], 9_000, 60_000).kills).toEqual(['hung']);
  });

  it('is not due when it shows life again, when it is stopped, or when nobody asked for it', () => {
    expect(judge([printed(1), printed(350)], 400, 60_000).kills).toEqual([]);
    expect(judge([printed(1), stopped(310)], 9_000, 60_000).kills).toEqual([]);
    expect(judge([printed(1)], 9_000).kills).toEqual([]);
  });
});

describe('a verdict as an event', () => {
  it('is a state change of high risk, behind what was printed', () => {
    const [verdict] = judge([printed(1)], 400).verdicts;
    expect(verdict && verdictEvent(verdict, { stream: 'stdout', offset: 10, lineNumber: 1 })).toEqual({
      stream: 'stdout',
      offset: 10,
      endOffset: 10,
      lineNumber: 1,
      timeUs: 301_000_000,
      type: 'state_change',
      pattern: 'verdict_stalled',
      risk: 'high',
      autoConfirmable: false,
      matchedValue: 'nothing was printed for 300 s',
      originalLine: '',
      metadata: { verdict: 'stalled', source: 'quiet', quiet_ms: 300_000 },
    });
  });

  it('has a pattern of its own for each', () => {
    expect(new Set(verdictNames.map((name) => verdictPatterns[name])).size).toBe(verdictNames.length);
  });
});
