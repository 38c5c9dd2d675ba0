import { describe, expect, it } from 'vitest';
import type { Batch, StateChange } from '../src/domain/batch.ts';
import type { Moment } from '../src/domain/chunk.ts';
import type { Event } from '../src/domain/event.ts';
import type { Session, SessionEnd } from '../src/domain/session.ts';
import { loadPack } from '../src/extract/load-pack.ts';
import { createSessionExtraction, nothingStored } from '../src/session-extraction.ts';
import { noRedaction } from '../src/session-redaction.ts';

const startedAt = '2025-06-01T12:00:00.000Z';
const thresholds = { idleAfterMs: 3_000, attentionAfterMs: 1_000, hungAfterMs: 30_000, stalledAfterMs: 60_000 };

const loaded = loadPack(
  `
name: asking
version: 1.0.0
agents: ['*']
patterns:
  - id: done
    type: tool_use
    regex: '^Ran .+$'
    examples: { match: ['Ran it'], no_match: ['ran'] }
  - id: busy
    form: screen
    state: working
    stands: true
    regex: '^Busy \\(esc to interrupt\\)$'
    examples: { match: ['Busy (esc to interrupt)'], no_match: ['Busy'] }
questions:
  - id: may_run
    question: '^May I run this\\?$'
    option: '(?<key>\\d)\\. (?<label>\\w+)'
    examples: { match: ['May I run this?'], no_match: ['I run this'] }
messages:
  - id: begun
    when: { kind: begun }
    type: session
    state: working
    examples: { match: ['{"kind":"begun"}'], no_match: ['{"kind":"over"}'] }
  - id: over
    when: { kind: over }
    type: state_change
    state: completed
    examples: { match: ['{"kind":"over"}'], no_match: ['{"kind":"begun"}'] }
`,
  'asking.yaml',
);
if (!loaded.ok) throw new Error(loaded.failure.message);
const packs = [loaded.value];

const inPipe: Pick<Session, 'mode'> = { mode: 'pipe' };
const inTerminal = { mode: 'terminal', terminalSize: { columns: 60, rows: 20 } } as const;

/** Output at these times, in seconds. */
function printing(...said: readonly (readonly [seconds: number, text: string])[]): Moment[] {
  let offset = 0;
  return said.map(([seconds, text]) => {
    const chunk = { stream: 'stdout', offset, timeUs: seconds * 1_000_000, bytes: Buffer.from(text) } as const;
    offset += chunk.bytes.length;
    return chunk;
  });
}

const endAfter = (seconds: number): SessionEnd => ({
  endedAt: new Date(Date.parse(startedAt) + seconds * 1000).toISOString(),
  ending: { kind: 'exited', code: 0 },
  gapBytes: { stdout: 0, stderr: 0 },
});

interface Told {
  readonly states: readonly StateChange[];
  readonly verdicts: readonly Event[];
}

const toldIn = (batches: readonly Batch[]): Told => ({
  states: batches.flatMap(({ states }) => states ?? []),
  verdicts: batches.flatMap(({ events }) => events.filter(({ pattern }) => pattern.startsWith('verdict_'))),
});

/** Extracts it all; `watched` asks for the time in between, and commits, as a follower does. */
function extract(
  session: Pick<Session, 'mode' | 'terminalSize'>,
  moments: readonly Moment[],
  {
    endSeconds,
    watched,
    stored = nothingStored,
  }: { endSeconds: number; watched: boolean; stored?: typeof nothingStored },
): Batch[] {
  const batches: Batch[] = [];
  const extraction = createSessionExtraction({
    session: { id: '01HZX0000000000000000000ZZ', startedAt, ...session },
    packs,
    redaction: noRedaction,
    stored,
    thresholds,
    nowMs: () => 0,
    store: {
      commit(_, batch) {
        batches.push(batch);
        return { ok: true, value: 'committed' };
      },
    },
  });
  let timeUs = 0;
  const passUntil = (untilUs: number) => {
    while (watched && timeUs + 70_001 < untilUs) {
      timeUs += 70_001;
      extraction.wait(timeUs);
      if (extraction.isAhead) extraction.commit();
    }
  };
  for (const moment of moments) {
    passUntil(moment.timeUs);
    timeUs = moment.timeUs;
    extraction.take(moment);
  }
  passUntil(endSeconds * 1_000_000);
  extraction.end(endAfter(endSeconds));
  extraction.finish();
  return batches;
}

const brief = ({ states, verdicts }: Told) => [
  ...states.map(({ state, timeUs }) => `${state} ${timeUs / 1_000_000}`),
  ...verdicts.map(({ pattern, timeUs }) => `${pattern} ${timeUs / 1_000_000}`),
];

const box = 'May I run this?\r\n1. Yes\r\n2. No\r\n';

describe('the state of a session', () => {
  it('needs input within half a second of a question on the screen, until it has left', () => {
    const moments = printing(
      [1, '\x1b[?1049h\x1b[2J\x1b[HRan it\r\n'],
      [2, box],
      [9, '\x1b[2J\x1b[HRan that\r\n'],
      [9.5, '.'],
    );
    const { states } = toldIn(extract(inTerminal, moments, { endSeconds: 12, watched: false }));
    expect(states.map(({ state }) => state)).toEqual(['working', 'needs_input', 'working']);
    const [, asked, answered] = states.map(({ timeUs }) => timeUs / 1_000_000);
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(asked).toBeLessThan(2.5);
    expect(answered).toBeGreaterThanOrEqual(9);
    expect(answered).toBeLessThan(9.5);
    expect(states[1]?.evidence).toMatchObject({ source: 'screen', pattern: 'may_run', question: 'May I run this?' });
  });

  it.each([
    ['at the bottom of the screen', 'Ran it\r\nBusy (esc to interrupt)\r\n> \r\n', ['working', 'verdict_stalled']],
    ['far above', `Busy (esc to interrupt)\r\n${'Ran it\r\n'.repeat(8)}`, ['working', 'idle']],
    ['in the middle of a line', 'Ran it\r\nIt is Busy (esc to interrupt)\r\n', ['working', 'idle']],
  ])('with a sign of work %s', (_, text, expected) => {
    const moments = printing([1, `\x1b[?1049h\x1b[2J\x1b[H${text}`]);
    for (const watched of [false, true]) {
      const told = brief(toldIn(extract(inTerminal, moments, { endSeconds: 100, watched })));
      expect(told.map((each) => each.split(' ')[0])).toEqual(expected);
    }
  });

  it('is idle soon after its sign of work has left', () => {
    const painted = (text: string) => `\x1b[2J\x1b[H${text}`;
    const moments = printing([1, `\x1b[?1049h${painted('Busy (esc to interrupt)\r\n')}`], [50, painted('Ran it\r\n')]);
    const { states } = toldIn(extract(inTerminal, moments, { endSeconds: 55, watched: false }));
    expect(states.map(({ state }) => state)).toEqual(['working', 'idle']);
    expect(states[1]?.timeUs).toBeGreaterThan(53_000_000);
  });

  it('hears what the terminal is told', () => {
    const moments = printing([1, 'hello\r\n'], [2, '\x1b]777;notify;me;Needs your approval\x07']);
    expect(brief(toldIn(extract(inTerminal, moments, { endSeconds: 9, watched: false })))).toEqual([
      'working 1',
      'needs_input 3',
    ]);
  });

  it('is paused by a stop among the output', () => {
    const moments: Moment[] = [
      ...printing([1, 'hello\n']),
      { kind: 'stopped', timeUs: 2_000_000 },
      { kind: 'continued', timeUs: 500_000_000 },
    ];
    expect(brief(toldIn(extract(inPipe, moments, { endSeconds: 501, watched: false })))).toEqual([
      'working 1',
      'paused 2',
      'working 500',
    ]);
  });

  it('and its verdicts come from messages', () => {
    const moments = printing([1, '{"kind":"begun"}\n'], [2, '{"kind":"over"}\n'], [50, 'still here\n']);
    expect(brief(toldIn(extract(inPipe, moments, { endSeconds: 60, watched: false })))).toEqual([
      'working 1',
      'idle 5',
      'verdict_hung 32',
    ]);
  });

  it('tells a stream that was cut in the middle of a message', () => {
    const moments = printing([1, '{"kind":"begun"}\n'], [2, '{"kind":"ov']);
    const { verdicts } = toldIn(extract(inPipe, moments, { endSeconds: 3, watched: false }));
    expect(verdicts.map(({ pattern }) => pattern)).toEqual(['verdict_json_cut', 'verdict_cut']);
  });
});

describe('what is done to a session', () => {
  const deed = { command: 'pause', by: 'phone', via: 'http' } as const;
  const moments: Moment[] = [
    { kind: 'control', timeUs: 0, deed: { command: 'send_input', by: 'early', via: 'cli', bytes: 3 } },
    ...printing([1, 'hello\n']),
    { kind: 'control', timeUs: 2_000_000, deed },
    { kind: 'control', timeUs: 2_000_000, deed: { ...deed, command: 'resume' } },
    { kind: 'stopped', timeUs: 2_100_000 },
    { kind: 'continued', timeUs: 3_000_000 },
  ];

  it('stands among its states, each once, and changes none of them', () => {
    const { states } = toldIn(extract(inPipe, moments, { endSeconds: 4, watched: false }));
    expect(states.map(({ state, timeUs, evidence }) => [state, timeUs, evidence?.['command'] ?? null])).toEqual([
      // The store has the state `starting` of the time 0.
      ['starting', 1, 'send_input'],
      ['working', 1_000_000, null],
      ['working', 2_000_000, 'pause'],
      ['working', 2_000_001, 'resume'],
      ['paused', 2_100_000, null],
      ['working', 3_000_000, null],
    ]);
    expect(states[2]?.evidence).toEqual({ source: 'control', ...deed });
  });
});

describe('states and verdicts', () => {
  const sessions: [string, Pick<Session, 'mode' | 'terminalSize'>, Moment[], number][] = [
    ['hung', inPipe, printing([1, '{"kind":"begun"}\n'], [2, '{"kind":"over"}\n'], [50, 'still here\n']), 60],
    ['stalled twice', inPipe, printing([1, 'hello\n'], [100, 'again\n']), 300],
    [
      'commanded',
      inPipe,
      [
        ...printing([1, 'hello\n']),
        { kind: 'control', timeUs: 1_000_000, deed: { command: 'kill', by: 'me', via: 'cli' } },
      ],
      2,
    ],
    [
      'asked',
      inTerminal,
      printing([1, '\x1b[?1049h\x1b[2J\x1b[HRan it\r\n'], [2, box], [9, '\x1b[2J\x1b[HRan that\r\n'], [9.5, '\x07']),
      30,
    ],
  ];

  it.each(sessions)('are the same live and extracted again (%s)', (_, session, moments, endSeconds) => {
    const again = toldIn(extract(session, moments, { endSeconds, watched: false }));
    expect(toldIn(extract(session, moments, { endSeconds, watched: true }))).toEqual(again);
    expect(again.states.length).toBeGreaterThan(0);
  });

  it.each(sessions)('are there once, wherever the wrapper was killed (%s)', (_, session, moments, endSeconds) => {
    const batches = extract(session, moments, { endSeconds, watched: true });
    const whole = toldIn(batches);
    for (let committed = 1; committed < batches.length; committed += 1) {
      const before = batches.slice(0, committed);
      const told = toldIn(before);
      const times = [...before.flatMap(({ events }) => events), ...told.states].map(({ timeUs }) => timeUs);
      const stored = { checkpoint: before.at(-1)?.to ?? nothingStored.checkpoint, timeUs: Math.max(0, ...times) };
      const after = toldIn(extract(session, moments, { endSeconds, watched: false, stored }));
      expect([...told.verdicts, ...after.verdicts], `after ${committed} batches`).toEqual(whole.verdicts);
      // The store passes over states that it has, by time and state.
      const states = new Map(
        [...told.states, ...after.states].map((change) => [brief({ states: [change], verdicts: [] })[0], change]),
      );
      expect([...states.values()]).toEqual(whole.states);
    }
  });
});
