import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/domain/failure.ts';
import {
  type EventFilter,
  type EventStore,
  mostCounted,
  type Page,
  type SessionReader,
} from '../../src/domain/ports.ts';
import type { Result } from '../../src/domain/result.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import {
  addEvents,
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

const minute = (number: number) => new Date(Date.UTC(2025, 5, 1, 12, number)).toISOString();
/** Eight sessions, two at a time; a new pair every ten minutes. The first six end after fifteen minutes. */
const sessions = Array.from({ length: 8 }, (_, index) =>
  sampleSession({
    id: sampleId(`01S${index}`),
    agent: index % 3 === 0 ? 'codex' : 'claude',
    startedAt: minute(10 * Math.floor(index / 2)),
  }),
);
const idOf = (index: number) => sessions[index]?.id ?? '';

beforeEach(() => {
  const paths = temporaryPaths();
  store = valueOf(openStore(paths));
  // Their events are committed in turns, so that no session's ids stand together.
  for (let round = 0; round < 4; round += 1) {
    sessions.forEach((session, index) => {
      addEvents(store, session, [
        sampleEvent({ pattern: 'both', timeUs: round * 60_000_000 }),
        sampleEvent({ pattern: `p${index % 2}`, type: 'permission', risk: 'high', timeUs: round * 60_000_000 + 5 }),
        sampleBlock(`code ${index}`, { language: index % 2 === 0 ? 'ts' : '' }),
      ]);
    });
  }
  sessions.slice(0, 6).forEach((session, index) => {
    const from = valueOf(store.checkpointOf(session.id))?.checkpoint ?? { stdout: 0, stderr: 0 };
    const endedAt = new Date(Date.parse(session.startedAt) + 15 * 60_000).toISOString();
    const ending = { kind: 'exited', code: index === 1 ? 1 : 0 } as const;
    const end = { endedAt, ending, gapBytes: { stdout: 0, stderr: 0 } };
    const used = sampleEvent({ type: 'metric', pattern: 'usage', metadata: { cost_usd: 0.25, turns: 2 } });
    const called = sampleEvent({ type: 'tool_use', pattern: 'call', metadata: { 'gen_ai.tool.call.id': 'call_0' } });
    valueOf(store.commit(session.id, { events: [used, called], from, to: from, lines: 0, end }));
  });
  reader = valueOf(openReader(paths.database));
});

afterEach(() => {
  reader.close();
  store.close();
});

/** The items of all pages; each has as many as asked for, but for the last, and says the same of how many there are. */
function allPages<Row>(limit: number, read: (cursor: { cursor?: string }) => Result<Page<Row>, Failure>): Row[] {
  const items: Row[] = [];
  const totals = new Set<number>();
  for (let from: { cursor?: string } | undefined = {}; from !== undefined; ) {
    const page: Page<Row> = valueOf(read(from));
    items.push(...page.items);
    totals.add(page.total);
    if (page.next !== null) expect(page.items).toHaveLength(limit);
    from = page.next === null ? undefined : { cursor: page.next };
  }
  expect([...totals]).toEqual([items.length]);
  return items;
}

describe('pages of sessions', () => {
  it.each([1, 3, 8, 100])('hold each session once, the newest first: %i at a time', (limit) => {
    const all = allPages(limit, (from) => reader.sessionPage({ limit, ...from }));
    expect(all).toEqual(valueOf(reader.sessions({ limit: 100 })));
    expect(all).toHaveLength(8);
  });

  it('take the filters of the list', () => {
    const filter = { agent: 'codex', active: true, since: minute(0), until: minute(31) };
    expect(allPages(1, (from) => reader.sessionPage({ ...filter, limit: 1, ...from }))).toEqual(
      valueOf(reader.sessions({ ...filter, limit: 100 })),
    );
  });

  it('go on where they were, whatever has come since', () => {
    const first = valueOf(reader.sessionPage({ agent: 'claude', limit: 2 }));
    valueOf(store.addSession(sampleSession({ id: sampleId('01T'), agent: 'later', startedAt: minute(50) })));
    const second = valueOf(reader.sessionPage({ agent: 'claude', limit: 2, cursor: first.next ?? '' }));
    expect([...first.items, ...second.items].map(({ session_id }) => session_id)).toEqual([7, 5, 4, 2].map(idOf));
  });
});

describe('pages of events', () => {
  /** What passes, the newest first, found by looking at every event. */
  function expected({ session, agent, type, pattern, risk, since, until }: Omit<EventFilter, 'limit'>): number[] {
    return valueOf(reader.events({ limit: 10_000 }))
      .filter(
        (row) =>
          (session ?? row.session_id) === row.session_id &&
          (agent ?? row.agent_name) === row.agent_name &&
          (type ?? row.event_type) === row.event_type &&
          (pattern ?? row.pattern) === row.pattern &&
          (risk ?? row.risk_level) === row.risk_level &&
          (since === undefined || row.timestamp.slice(0, 23) >= since.slice(0, 23)) &&
          (until === undefined || row.timestamp.slice(0, 23) < until.slice(0, 23)),
      )
      .map(({ id }) => id)
      .reverse();
  }

  const filters: Omit<EventFilter, 'limit'>[] = [
    {},
    { agent: 'codex' },
    { pattern: 'both' },
    { type: 'permission', agent: 'claude' },
    { risk: 'high' },
    { session: idOf(3) },
    { session: idOf(3), pattern: 'p1' },
    { agent: 'nobody' },
    { agent: 'codex', since: minute(11), until: minute(31) },
    { session: idOf(4), since: minute(21) },
  ];

  it.each(filters)('hold each event once, the newest first: %j', (filter) => {
    for (const limit of [1, 2, 7, 1000]) {
      const found = allPages(limit, (from) => reader.eventPage({ ...filter, limit, ...from }));
      expect(found.map(({ id }) => id)).toEqual(expected(filter));
    }
  });

  it('are in the order of time where only times are asked for', () => {
    const filter = { since: minute(10), until: minute(21) };
    const found = allPages(3, (from) => reader.eventPage({ ...filter, limit: 3, ...from }));
    expect(found.map(({ id }) => id).sort((one, other) => other - one)).toEqual(expected(filter));
    const times = found.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('know their total from the tallies; with times it is counted as far as it is worth', () => {
    const many = sampleSession({ id: sampleId('01M'), agent: 'many', startedAt: '2024-01-01T00:00:00.000Z' });
    addEvents(
      store,
      many,
      Array.from({ length: mostCounted + 1 }, () => sampleEvent({ pattern: 'many' })),
    );
    expect(valueOf(reader.eventPage({ agent: 'many', limit: 1 }))).toMatchObject({
      total: mostCounted + 1,
      totalIsExact: true,
    });
    expect(valueOf(reader.eventPage({ until: '2025-01-01', limit: 1 }))).toMatchObject({
      total: mostCounted,
      totalIsExact: false,
    });
  });

  it.each(['', '12', '1-', 'x-1', '1-2-3', '-1-1'])('are refused for what is no cursor: "%s"', (cursor) => {
    expect(failureOf(reader.eventPage({ limit: 1, cursor }))).toEqual({
      reason: 'usage',
      message: `"${cursor}" is not a cursor: take \`next\` of a page`,
    });
  });
});

describe('pages of code blocks', () => {
  const contents = (filter: { session?: string; agent?: string; language?: string }) =>
    allPages(3, (from) => reader.codeBlockPage({ ...filter, limit: 3, ...from })).map(({ content }) => content);
  const inTurns = (indexes: readonly number[]) =>
    Array.from({ length: 4 }, () => indexes.map((index) => `code ${index}`)).flat();

  it('hold each block once, the newest first', () => {
    expect(contents({})).toEqual(inTurns([7, 6, 5, 4, 3, 2, 1, 0]));
    expect(contents({ agent: 'codex' })).toEqual(inTurns([6, 3, 0]));
    expect(contents({ session: idOf(5) })).toEqual(inTurns([5]));
    expect(contents({ language: 'TS' })).toEqual(inTurns([6, 4, 2, 0]));
    expect(contents({ language: '', agent: 'claude' })).toEqual(inTurns([7, 5, 1]));
    expect(contents({ language: 'ts', session: idOf(5) })).toEqual([]);
  });
});

describe('the timeline', () => {
  const found = (filter: { agent?: string; since?: string; until?: string }) =>
    allPages(2, (from) => reader.timelinePage({ ...filter, limit: 2, ...from })).map(({ session_id }) => session_id);

  it('has the sessions that ran at some moment of a range, by their start', () => {
    expect(found({ since: minute(15), until: minute(20) })).toEqual([3, 2, 1, 0].map(idOf));
    expect(found({ since: minute(16), until: minute(20) })).toEqual([3, 2].map(idOf));
    expect(found({ since: minute(40), until: minute(45) })).toEqual([7, 6].map(idOf));
    expect(found({ agent: 'codex', until: minute(20) })).toEqual([3, 0].map(idOf));
  });

  it('tells when they ran, how they ended and what was extracted', () => {
    const page = valueOf(reader.timelinePage({ since: minute(0), until: minute(1), limit: 1 }));
    expect(page.items).toEqual([
      {
        agent_name: 'claude',
        session_id: idOf(1),
        started_at: minute(0),
        ended_at: minute(15),
        state: 'failed',
        exit_code: 1,
        extraction_events: 14,
        by_type: [
          { event_type: 'code_block', count: 4 },
          { event_type: 'error', count: 4 },
          { event_type: 'permission', count: 4 },
          { event_type: 'metric', count: 1 },
          { event_type: 'tool_use', count: 1 },
        ],
      },
    ]);
  });
});

describe('the report of an agent', () => {
  it('sums up its sessions', () => {
    expect(valueOf(reader.agentReport('claude'))).toEqual({
      agent_name: 'claude',
      sessions: 5,
      running_sessions: 1,
      failed_sessions: 1,
      success_rate: 0.75,
      extraction_events: 68,
      by_type: [
        { event_type: 'code_block', count: 20 },
        { event_type: 'error', count: 20 },
        { event_type: 'permission', count: 20 },
        { event_type: 'metric', count: 4 },
        { event_type: 'tool_use', count: 4 },
      ],
      by_risk: [
        { risk_level: 'high', count: 20 },
        { risk_level: 'low', count: 48 },
      ],
      totals: {
        input_tokens: null,
        output_tokens: null,
        cached_tokens: null,
        reasoning_tokens: null,
        tokens: null,
        cost_usd: 1,
        tool_calls: 4,
        turns: 8,
      },
      durations_ms: { total: 3_600_000, mean: 900_000, median: 900_000, longest: 900_000 },
      first_started_at: minute(0),
      last_started_at: minute(30),
    });
  });

  it('has no rate and no durations before a session has ended, and nothing of an agent that never ran', () => {
    valueOf(store.addSession(sampleSession({ id: sampleId('01R'), agent: 'running' })));
    expect(valueOf(reader.agentReport('running'))).toMatchObject({ success_rate: null, durations_ms: null });
    expect(valueOf(reader.agentReport('nobody'))).toBeUndefined();
  });
});

describe('the report of a pattern', () => {
  it('tells how often and where it matched', () => {
    expect(valueOf(reader.patternReport('p0'))).toEqual({
      pattern: 'p0',
      count: 16,
      sessions: 4,
      last_seen_at: '2025-06-01T12:33:00.000Z',
      by_type: [{ event_type: 'permission', count: 16 }],
      by_risk: [{ risk_level: 'high', count: 16 }],
      by_agent: [
        { agent_name: 'claude', count: 8, sessions: 2, last_seen_at: '2025-06-01T12:23:00.000Z' },
        { agent_name: 'codex', count: 8, sessions: 2, last_seen_at: '2025-06-01T12:33:00.000Z' },
      ],
    });
    expect(valueOf(reader.patternReport('nothing'))).toBeUndefined();
  });
});
