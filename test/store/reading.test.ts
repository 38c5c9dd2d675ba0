import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonValue } from '../../src/domain/json.ts';
import type { EventFilter, EventStore, SessionFilter, SessionReader } from '../../src/domain/ports.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import {
  addEvents,
  end,
  failureOf,
  sampleBlock,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from './fixtures/samples.ts';

let store: EventStore;
let reader: SessionReader;

/** Three sessions, a day apart; the newest was added first, as an import may do. */
const newest = sampleSession({ id: sampleId('01K3C'), agent: 'codex', startedAt: '2025-06-03T12:00:00.000Z' });
const oldest = sampleSession({ id: sampleId('01K3A'), startedAt: '2025-06-01T12:00:00.000Z' });
const middle = sampleSession({ id: sampleId('01K3B'), startedAt: '2025-06-02T23:59:59.999Z' });

beforeEach(() => {
  const paths = temporaryPaths();
  store = valueOf(openStore(paths));
  for (const session of [newest, oldest, middle]) valueOf(store.addSession(session));
  reader = valueOf(openReader(paths.database));
});

afterEach(() => {
  vi.useRealTimers();
  reader.close();
  store.close();
});

describe('sessions', () => {
  const found = (filter: Partial<SessionFilter>) =>
    valueOf(reader.sessions({ limit: 10, ...filter })).map((session) => session.session_id);

  it('come with the newest first, as many as asked for', () => {
    expect(found({})).toEqual([newest.id, middle.id, oldest.id]);
    expect(found({ limit: 2 })).toEqual([newest.id, middle.id]);
    expect(found({ limit: 0 })).toEqual([]);
  });

  it('are filtered by agent, and by whether they run', () => {
    end(store, middle, { kind: 'exited', code: 0 });
    expect(found({ agent: 'claude' })).toEqual([middle.id, oldest.id]);
    expect(found({ active: true })).toEqual([newest.id, oldest.id]);
    expect(found({ active: true, agent: 'claude' })).toEqual([oldest.id]);
    expect(found({ agent: 'Claude%' })).toEqual([]);
  });

  it('are filtered by start: at or after `since`, before `until`', () => {
    expect(found({ since: '2025-06-02T23:59:59.999Z' })).toEqual([newest.id, middle.id]);
    expect(found({ until: '2025-06-02T23:59:59.999Z' })).toEqual([oldest.id]);
    expect(found({ since: '2025-06-02', until: '2025-06-03' })).toEqual([middle.id]);
  });

  it('are refused for what is not a time', () => {
    expect(failureOf(reader.sessions({ since: 'soon', limit: 1 }))).toEqual({
      reason: 'usage',
      message: '"soon" is not a time; write it as 2025-01-31 or 2025-01-31T12:00:00Z',
    });
  });
});

describe('a reference to a session', () => {
  const found = (reference: string) => valueOf(reader.findSession(reference)).session_id;

  it.each([
    ['its id', oldest.id, oldest.id],
    ['its id in lower case', oldest.id.toLowerCase(), oldest.id],
    ['what only its id begins with', '01k3b', middle.id],
    ['@last', '@last', newest.id],
    ['@LAST', '@LAST', newest.id],
    ['@1', '@1', newest.id],
    ['@3', '@3', oldest.id],
  ])('may be %s', (_, reference, id) => {
    expect(found(reference)).toBe(id);
  });

  it('prefers the whole id to what it is the beginning of', () => {
    valueOf(store.addSession(sampleSession({ id: `${oldest.id}X` })));
    expect(found(oldest.id)).toBe(oldest.id);
  });

  it.each(['01X', '', '@0', '@4', '@999999999', '@99999999999999999999', '@-1', '@', '@first', '%', '01K3_', "' OR 1"])(
    'that matches none is refused: %j',
    (reference) => {
      expect(failureOf(reader.findSession(reference))).toEqual({
        reason: 'session-not-found',
        message: `no session matches '${reference}'; \`ridealong sessions\` lists them`,
      });
    },
  );

  it('is shown shortened and without control characters in the refusal', () => {
    const { message } = failureOf(reader.findSession(`\n\u001B[31m${'x'.repeat(1000)}`));
    expect(message).toBe(`no session matches '??[31m${'x'.repeat(58)}…'; \`ridealong sessions\` lists them`);
  });

  it('that matches several is refused with their number and the first of them', () => {
    expect(failureOf(reader.findSession('01k'))).toEqual({
      reason: 'session-ambiguous',
      message: `3 sessions match '01k': ${oldest.id}, ${middle.id}, ${newest.id}; give more of the id`,
    });
    for (const letter of ['D', 'E', 'F']) valueOf(store.addSession(sampleSession({ id: sampleId(`01K3${letter}`) })));
    expect(failureOf(reader.findSession('01K3')).message).toMatch(/^6 sessions match '01K3': (\w{26}, ){4}\w{26}, …;/);
  });
});

describe('events', () => {
  const values = (filter: Partial<EventFilter>) =>
    valueOf(reader.events({ limit: 100, ...filter })).map((event) => event.matched_value);

  beforeEach(() => {
    addEvents(store, oldest, [
      sampleEvent({ matchedValue: 'a' }),
      sampleEvent({ matchedValue: 'b', type: 'tool_use', pattern: 'tool', risk: 'high' }),
    ]);
    addEvents(store, newest, [
      sampleEvent({ matchedValue: 'c' }),
      sampleEvent({ matchedValue: 'd', risk: 'critical' }),
    ]);
    addEvents(store, oldest, [sampleEvent({ matchedValue: 'e', pattern: 'other-error', timeUs: 2_000_001 })]);
  });

  it('are the newest, the oldest of them first', () => {
    expect(values({})).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(values({ limit: 2 })).toEqual(['d', 'e']);
    expect(values({ limit: 0 })).toEqual([]);
  });

  it.each<[Partial<EventFilter>, string[]]>([
    [{ session: oldest.id }, ['a', 'b', 'e']],
    [{ session: oldest.id, limit: 2 }, ['b', 'e']],
    [{ session: oldest.id, type: 'error' }, ['a', 'e']],
    [{ session: oldest.id, agent: 'codex' }, []],
    [{ session: 'nobody' }, []],
    [{ agent: 'claude' }, ['a', 'b', 'e']],
    [{ agent: 'claude', risk: 'high' }, ['b']],
    [{ type: 'error' }, ['a', 'c', 'd', 'e']],
    [{ type: 'error', limit: 3 }, ['c', 'd', 'e']],
    [{ type: 'permission' }, []],
    [{ pattern: 'generic-error' }, ['a', 'c', 'd']],
    [{ pattern: 'generic-error', agent: 'codex', limit: 1 }, ['d']],
    [{ risk: 'critical' }, ['d']],
    [{ since: '2025-06-03' }, ['c', 'd']],
    [{ until: '2025-06-03' }, ['a', 'b', 'e']],
    [{ since: '2025-06-01', limit: 2 }, ['c', 'd']],
    [{ since: '2025-06-01T12:00:02.000001Z', until: '2025-06-01T12:00:02.000002Z' }, ['e']],
    [{ since: '2025-06-01T12:00:02.000002Z', until: '2025-06-02' }, []],
    [{ type: 'error', until: '2025-06-01T12:00:01Z' }, ['a']],
    [{ session: oldest.id, until: '2025-06-01T12:00:01Z', limit: 1 }, ['b']],
    [{ agent: 'claude', until: '2025-06-01T12:00:01Z', limit: 1 }, ['b']],
  ])('pass the filter %j', (filter, expected) => {
    expect(values(filter)).toEqual(expected);
  });

  it('are found as by a plain scan, whatever the filter', () => {
    const sessions = ['1', '2', '3', '4', '5', '6'].map((letter, index) =>
      sampleSession({
        id: sampleId(`02${letter}`),
        agent: index % 2 === 0 ? 'claude' : 'codex',
        startedAt: `2025-06-01T12:00:0${letter}.000Z`,
      }),
    );
    const types = ['error', 'metric', 'tool_use'] as const;
    const risks = ['low', 'high'] as const;
    for (let round = 0; round < 40; round += 1) {
      const session = sessions[(round * 7) % 5];
      const type = types[(round * 5) % 3];
      const risk = risks[(round >> 2) % 2];
      if (session === undefined || type === undefined || risk === undefined) throw new Error('out of range');
      const event = (index: number) =>
        sampleEvent({ type, risk, pattern: `p${(round + index) % 4}`, timeUs: round * 100_000 + index });
      addEvents(store, session, [0, 1, 2].map(event));
    }
    const all = valueOf(reader.events({ limit: 1000 }));
    const anyOf = <Value>(...choices: Value[]) => [undefined, ...choices];
    for (const session of anyOf(...sessions.slice(0, 2).map(({ id }) => id)))
      for (const agent of anyOf('claude', 'codex'))
        for (const type of anyOf('error', 'metric'))
          for (const pattern of anyOf('p1', 'p3'))
            for (const risk of anyOf('high'))
              for (const until of anyOf('2025-06-01T12:00:04.000Z')) {
                const wanted = { session, agent, type, pattern, risk, until };
                const filter = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
                const onlyTimes = Object.keys(filter).every((name) => name === 'until');
                if (onlyTimes) continue;
                const expected = all.filter(
                  (event) =>
                    (session === undefined || event.session_id === session) &&
                    (agent === undefined || event.agent_name === agent) &&
                    (type === undefined || event.event_type === type) &&
                    (pattern === undefined || event.pattern === pattern) &&
                    (risk === undefined || event.risk_level === risk) &&
                    (until === undefined || event.timestamp < until.replace('Z', '')),
                );
                const found = valueOf(reader.events({ ...filter, limit: 5 }));
                expect(found, JSON.stringify(filter)).toEqual(expected.slice(-5));
              }
  });
});

describe('the summary of a session', () => {
  it('counts, and shows the last errors and risks, the files and the totals', () => {
    const file = (path: JsonValue) => sampleEvent({ type: 'file_operation', pattern: 'edit', metadata: { path } });
    const tokens = (count: number | string, pattern = 'tokens') =>
      sampleEvent({ type: 'metric', pattern, metadata: { tokens: count } });
    addEvents(store, oldest, [
      ...Array.from({ length: 12 }, (_, index) => sampleEvent({ matchedValue: `error ${index}` })),
      sampleEvent({ type: 'tool_use', pattern: 'rm', risk: 'critical', matchedValue: 'rm -rf /' }),
      sampleEvent({ type: 'permission', pattern: 'ask', risk: 'high', matchedValue: 'may I?' }),
      ...['b.ts', 'a.ts', 'b.ts', 7].map(file),
      ...[1000, 1234, 60, 'many'].map((count) => tokens(count)),
      sampleBlock('let a'),
    ]);
    addEvents(store, newest, [sampleEvent(), tokens(5)]);

    const summary = valueOf(reader.summary(oldest.id));
    expect(summary.session.session_id).toBe(oldest.id);
    expect(summary.countsByType).toEqual([
      { event_type: 'error', count: 12 },
      { event_type: 'file_operation', count: 4 },
      { event_type: 'metric', count: 4 },
      { event_type: 'code_block', count: 1 },
      { event_type: 'permission', count: 1 },
      { event_type: 'tool_use', count: 1 },
    ]);
    expect(summary.countsByRisk).toEqual([
      { risk_level: 'critical', count: 1 },
      { risk_level: 'high', count: 1 },
      { risk_level: 'low', count: 21 },
    ]);
    expect(summary.lastErrors).toHaveLength(10);
    expect(summary.lastErrors[0]?.matched_value).toBe('error 11');
    expect(summary.risks.map((event) => event.matched_value)).toEqual(['may I?', 'rm -rf /']);
    expect(summary.filesTouched).toEqual(['b.ts', 'a.ts']);
    expect(summary.totals.tokens).toBe(2294);
    expect(summary.codeBlocks).toBe(1);
    expect(summary.states.map((change) => change.state)).toEqual(['starting']);
  });

  it('knows no tokens where no event tells', () => {
    addEvents(store, oldest, [sampleEvent({ metadata: { tokens: 5 } }), sampleEvent({ type: 'metric' })]);
    expect(valueOf(reader.summary(oldest.id))).toMatchObject({
      totals: { input_tokens: null, tokens: null, cost_usd: null, tool_calls: 0, turns: null },
      filesTouched: [],
      codeBlocks: 0,
    });
  });

  it('sums up what the metric events tell, and counts the tool calls', () => {
    const used = (input: number, cost_usd: number) =>
      sampleEvent({
        type: 'metric',
        pattern: 'usage',
        metadata: {
          'gen_ai.usage.input_tokens': input,
          'gen_ai.usage.output_tokens': 56,
          'gen_ai.usage.cache_read.input_tokens': 1000,
          'gen_ai.usage.reasoning.output_tokens': 7,
          cost_usd,
          turns: 1,
        },
      });
    const call = (type: 'tool_use' | 'file_operation', id: string, more = {}) =>
      sampleEvent({ type, pattern: type, metadata: { 'gen_ai.tool.call.id': id, ...more } });
    addEvents(store, oldest, [
      used(1234, 0.1),
      used(1234, 0.2),
      call('tool_use', 'a'),
      call('tool_use', 'b'),
      // Two files that one call changed, and one that was only spoken of.
      call('file_operation', 'c', { 'gen_ai.tool.name': 'patch' }),
      call('file_operation', 'c', { 'gen_ai.tool.name': 'patch' }),
      call('file_operation', 'd'),
    ]);
    expect(valueOf(reader.summary(oldest.id)).totals).toEqual({
      input_tokens: 2468,
      output_tokens: 112,
      cached_tokens: 2000,
      reasoning_tokens: 14,
      tokens: null,
      cost_usd: 0.3,
      tool_calls: 3,
      turns: 2,
    });
  });

  it('is refused for an unknown session', () => {
    expect(failureOf(reader.summary('nobody')).reason).toBe('session-not-found');
  });
});

describe('history', () => {
  it('counts by UTC day of the start, the newest day first', () => {
    vi.useFakeTimers({ now: new Date('2025-06-03T23:59:59Z') });
    addEvents(store, oldest, [sampleEvent(), sampleEvent()]);
    end(store, middle, { kind: 'exited', code: 1 });
    valueOf(store.addSession(sampleSession({ id: sampleId('01Z'), startedAt: '2025-06-03T00:00:00.000Z' })));
    const days = [
      { day: '2025-06-03', sessions: 2, failed_sessions: 0, extraction_events: 0 },
      { day: '2025-06-02', sessions: 1, failed_sessions: 1, extraction_events: 0 },
      { day: '2025-06-01', sessions: 1, failed_sessions: 0, extraction_events: 2 },
    ];
    expect(valueOf(reader.history({ days: 3 }))).toEqual(days);
    expect(valueOf(reader.history({ days: 2 }))).toEqual(days.slice(0, 2));
    expect(valueOf(reader.history({ days: 3, agent: 'codex' }))).toEqual([{ ...days[0], sessions: 1 }]);
  });
});

describe('statistics', () => {
  beforeEach(() => {
    addEvents(store, oldest, [sampleEvent(), sampleEvent({ timeUs: 2_000_000 })]);
    addEvents(store, middle, [sampleEvent(), sampleEvent({ type: 'tool_use', pattern: 'tool' })]);
    addEvents(store, oldest, [sampleEvent({ timeUs: 1_000_000 })]);
    end(store, middle, { kind: 'unseen' });
  });

  it('by agent count its sessions and events, the agent that started last first', () => {
    expect(valueOf(reader.statisticsByAgent())).toEqual([
      {
        agent_name: 'codex',
        sessions: 1,
        failed_sessions: 0,
        extraction_events: 0,
        error_events: 0,
        last_started_at: '2025-06-03T12:00:00.000Z',
      },
      {
        agent_name: 'claude',
        sessions: 2,
        failed_sessions: 1,
        extraction_events: 5,
        error_events: 4,
        last_started_at: '2025-06-02T23:59:59.999Z',
      },
    ]);
  });

  it('by pattern count its events and sessions, the most frequent first', () => {
    const patterns = [
      {
        pattern: 'generic-error',
        event_type: 'error',
        risk_level: 'low',
        count: 4,
        sessions: 2,
        last_seen_at: '2025-06-03T00:00:00.000Z',
      },
      {
        pattern: 'tool',
        event_type: 'tool_use',
        risk_level: 'low',
        count: 1,
        sessions: 1,
        last_seen_at: '2025-06-03T00:00:00.000Z',
      },
    ];
    expect(valueOf(reader.statisticsByPattern({}))).toEqual(patterns);
    expect(valueOf(reader.statisticsByPattern({ agent: 'claude' }))).toEqual(patterns);
    expect(valueOf(reader.statisticsByPattern({ agent: 'codex' }))).toEqual([]);
  });
});
