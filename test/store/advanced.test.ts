import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdvancedQuery, queryFields, querySources } from '../../src/domain/advanced-query.ts';
import type { EventStore, SessionReader } from '../../src/domain/ports.ts';
import { judged } from '../../src/domain/trend.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { openStore } from '../../src/store/open-store.ts';
import {
  addEvents,
  end,
  sampleBlock,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from './fixtures/samples.ts';

let store: EventStore;
let reader: SessionReader;
const minuteUs = 60_000_000;
const cost = (cost_usd: number | string, timeUs = 0) =>
  sampleEvent({ type: 'metric', pattern: 'cost', metadata: { cost_usd, 'gen_ai.usage.input_tokens': 10 }, timeUs });

beforeEach(() => {
  const paths = temporaryPaths();
  store = valueOf(openStore(paths));
  reader = valueOf(openReader(paths.database));
  reader.close();
  const claude = sampleSession();
  addEvents(store, claude, [
    sampleEvent({ risk: 'high', lineNumber: 1 }),
    sampleEvent({ risk: 'critical', lineNumber: 2, timeUs: 60 * minuteUs, originalLine: '100% of it' }),
    sampleBlock('let a;'),
    cost(0.5),
    cost(1.5, 24 * 60 * minuteUs),
    cost('unknown'),
  ]);
  end(store, claude, { kind: 'exited', code: 0 });
  addEvents(store, sampleSession({ id: sampleId('01B'), agent: 'codex' }), [sampleEvent({ lineNumber: 7 })]);
  reader = valueOf(openReader(paths.database));
});
afterEach(() => {
  reader.close();
  store.close();
});

const ask = (query: Partial<AdvancedQuery>) => valueOf(reader.advanced({ from: 'events', limit: 100, ...query }));
const lines = (where: AdvancedQuery['where']) =>
  ask({ ...(where && { where }), select: ['line_number'], order_by: [{ by: 'line_number' }] })
    .items.map(({ line_number }) => line_number)
    .filter((line) => line !== 3);

describe('conditions', () => {
  it.each<[AdvancedQuery['where'], number[]]>([
    [undefined, [1, 2, 7]],
    [{ field: 'line_number', op: 'eq', value: 2 }, [2]],
    [{ field: 'line_number', op: 'ne', value: 2 }, [1, 7]],
    [{ field: 'line_number', op: 'gt', value: 1 }, [2, 7]],
    [{ field: 'line_number', op: 'gte', value: 2 }, [2, 7]],
    [{ field: 'line_number', op: 'lt', value: 2 }, [1]],
    [{ field: 'line_number', op: 'lte', value: 2 }, [1, 2]],
    [{ field: 'line_number', op: 'between', value: [2, 7] }, [2, 7]],
    [{ field: 'risk_level', op: 'in', value: ['high', 'critical'] }, [1, 2]],
    [{ field: 'original_line', op: 'like', value: '100%' }, [2]],
    [{ field: 'agent_name', op: 'eq', value: 'codex' }, [7]],
    [{ field: 'session_id', op: 'eq', value: sampleId('01B') }, [7]],
    [{ field: 'code_block_language', op: 'isnotnull' }, []],
    [{ field: 'metadata.cost_usd', op: 'isnull' }, [1, 2, 7]],
    [{ field: 'timestamp', op: 'gte', value: '2025-06-01T13:00:00Z' }, [2]],
    [{ field: 'timestamp', op: 'between', value: ['2025-06-01T14:00:00+02:00', '2025-06-01T12:30:00Z'] }, [1, 7]],
    [{ field: 'original_line', op: 'eq', value: "' OR 1=1 --" }, []],
    [
      {
        or: [
          { field: 'line_number', op: 'eq', value: 7 },
          {
            and: [
              { field: 'risk_level', op: 'eq', value: 'high' },
              { field: 'line_number', op: 'eq', value: 1 },
            ],
          },
        ],
      },
      [1, 7],
    ],
  ])('%j', (where, expected) => {
    expect(lines(where)).toEqual(expected);
  });

  it('on metadata compare what is there', () => {
    const costs = ask({ where: { field: 'metadata.cost_usd', op: 'gt', value: 0.4 }, select: ['metadata.cost_usd'] });
    // SQLite: text is greater than any number.
    expect(costs.items.map((row) => row['metadata.cost_usd'])).toEqual(['unknown', 1.5, 0.5]);
  });
});

describe('rows', () => {
  it.each(querySources)('of %s have all their fields, as the lists tell them', (from) => {
    const [row] = ask({ from, limit: 1 }).items;
    expect(Object.keys(row ?? {})).toEqual(Object.keys(queryFields[from]));
    const listed = {
      sessions: () => valueOf(reader.sessions({ limit: 1 }))[0],
      events: () => valueOf(reader.events({ limit: 1 }))[0],
      code_blocks: () => valueOf(reader.codeBlocks({ session: sampleId('01A') }))[0],
      state_changes: () => valueOf(reader.stateChanges(sampleId('01B'))).at(-1),
    }[from]();
    const isTime = (name: string) => name.endsWith('_at') || name === 'timestamp';
    const told = Object.entries(row ?? {}).filter(([name]) => name !== 'duration_ms' && !isTime(name));
    expect(listed).toMatchObject(Object.fromEntries(told));
  });

  it('come in pages, each once, whatever is added meanwhile', () => {
    const first = ask({ limit: 3 });
    addEvents(store, sampleSession({ id: sampleId('01C') }), [sampleEvent()]);
    const second = ask({ limit: 3, cursor: first.next ?? '' });
    const third = ask({ limit: 3, cursor: second.next ?? '' });
    const ids = [first, second, third].flatMap(({ items }) => items.map(({ id }) => Number(id)));
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => other - one));
    expect({ count: ids.length, total: third.total, next: third.next }).toEqual({ count: 7, total: 7, next: null });
  });

  it('have no page for what is not a cursor', () => {
    expect(reader.advanced({ from: 'events', limit: 1, cursor: 'x' })).toMatchObject({ failure: { reason: 'usage' } });
  });
});

describe('groups', () => {
  it('are counted, and ordered as they are asked to be', () => {
    const query = { group_by: ['event_type'], order_by: [{ by: 'count', direction: 'desc' }] } as const;
    expect(ask(query).items).toEqual([
      { event_type: 'error', count: 3 },
      { event_type: 'metric', count: 3 },
      { event_type: 'code_block', count: 1 },
    ]);
  });

  it('are summed up', () => {
    const fns = ['count', 'distinct', 'sum', 'avg', 'min', 'max', 'p50', 'p95'] as const;
    const aggregates = fns.map((fn) => ({ fn, field: 'line_number' }));
    expect(ask({ where: { field: 'event_type', op: 'eq', value: 'error' }, aggregates }).items).toEqual([
      {
        count_line_number: 3,
        distinct_line_number: 3,
        sum_line_number: 10,
        avg_line_number: 10 / 3,
        min_line_number: 1,
        max_line_number: 7,
        p50_line_number: 2,
        p95_line_number: 6.5,
      },
    ]);
  });

  it('sum up what of the metadata is a number', () => {
    const aggregates = [
      { fn: 'sum', field: 'metadata.cost_usd', as: 'cost' },
      { fn: 'p50', field: 'metadata.cost_usd', as: 'median' },
      { fn: 'sum', field: 'metadata.gen_ai.usage.input_tokens', as: 'tokens' },
    ] as const;
    expect(ask({ aggregates }).items).toEqual([{ cost: 2, median: 1, tokens: 30 }]);
  });

  it.each([
    ['minute', ['2025-06-01T12:00:00Z', '2025-06-01T13:00:00Z', '2025-06-02T12:00:00Z']],
    ['hour', ['2025-06-01T12:00:00Z', '2025-06-01T13:00:00Z', '2025-06-02T12:00:00Z']],
    ['day', ['2025-06-01T00:00:00Z', '2025-06-02T00:00:00Z']],
    // A Sunday and a Monday.
    ['week', ['2025-05-26T00:00:00Z', '2025-06-02T00:00:00Z']],
    ['month', ['2025-06-01T00:00:00Z']],
  ] as const)('are made of times: %s', (every, expected) => {
    const { items } = ask({ group_by: [{ field: 'timestamp', every }] });
    expect(items.map(({ timestamp }) => timestamp)).toEqual(expected);
  });

  it('of a page begin where the page before ended', () => {
    const first = ask({ group_by: ['event_type'], limit: 2 });
    expect(first).toMatchObject({ total: 3, items: [{ event_type: 'code_block' }, { event_type: 'error' }] });
    const rest = ask({ group_by: ['event_type'], limit: 2, cursor: first.next ?? '' });
    expect(rest).toMatchObject({ total: 3, items: [{ event_type: 'metric' }], next: null });
  });
});

describe('trends', () => {
  const range = { since: '2025-06-01T00:00:00Z', until: '2025-06-03T00:00:00Z', bucket: 'day' } as const;
  const values = (filter: object) =>
    valueOf(reader.trends({ ...range, metric: 'events', ...filter })).map(({ key, points }) => [
      key,
      ...points.map(({ value }) => value),
    ]);

  it.each([
    [{}, [[null, 6, 1]]],
    [{ metric: 'errors' }, [[null, 3, 0]]],
    [{ metric: 'cost' }, [[null, 0.5, 1.5]]],
    [{ metric: 'tokens' }, [[null, 20, 10]]],
    [{ metric: 'sessions' }, [[null, 2, 0]]],
    [
      { metric: 'sessions', by: 'agent' },
      [
        ['claude', 1, 0],
        ['codex', 1, 0],
      ],
    ],
    [
      { by: 'type' },
      [
        ['error', 3, 0],
        ['metric', 2, 1],
        ['code_block', 1, 0],
      ],
    ],
    [{ by: 'pattern', agent: 'codex' }, [['generic-error', 1, 0]]],
    [{ metric: 'sessions', pattern: 'cost' }, [[null, 1, 1]]],
    [{ type: 'permission' }, []],
  ])('%j', (filter, expected) => {
    expect(values(filter).sort((a, b) => Number(b[1]) - Number(a[1]))).toEqual(expected);
  });

  it('are refused where there would be too many buckets', () => {
    const filter = { ...range, metric: 'events', bucket: 'hour', since: '2020-01-01T00:00:00Z' } as const;
    expect(reader.trends(filter)).toMatchObject({ ok: false, failure: { reason: 'usage' } });
  });

  const anomalies = (numbers: readonly number[], isOver = true) =>
    judged(
      numbers.map((value) => ({ start: '', value })),
      isOver,
    ).flatMap(({ anomaly }, nth) => (anomaly ? [nth] : []));

  it('have an anomaly where a bucket is further than two deviations from the mean of those before', () => {
    expect(anomalies([10, 12, 8, 10, 14])).toEqual([4]);
    expect(anomalies([10, 12, 8, 10, 12.8])).toEqual([]);
    expect(anomalies([10, 12, 8, 5])).toEqual([3]);
  });

  it('have none before there are three buckets, the empty ones at the beginning left out', () => {
    expect(anomalies([1, 1, 100])).toEqual([]);
    expect(anomalies([0, 0, 0, 0, 7, 7, 9])).toEqual([]);
    expect(anomalies([0, 0, 7, 7, 7, 9])).toEqual([5]);
  });

  it('do not take a bucket for low that is not over', () => {
    expect(anomalies([10, 12, 8, 1], false)).toEqual([]);
    expect(anomalies([10, 12, 8, 99], false)).toEqual([3]);
  });
});
