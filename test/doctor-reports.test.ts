import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measurePerformance } from '../src/measure-performance.ts';
import { proveIsolation } from '../src/prove-isolation.ts';
import { openStore } from '../src/store/open-store.ts';
import { storedAmounts } from '../src/store/stored-amounts.ts';
import { addEvents, sampleBlock, sampleEvent, sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import { temporaryHome } from './support/recorded-sessions.ts';

describe('the measurement of this machine', () => {
  it('is of recording, storing, reading and deleting, each judged by its limit, and leaves nothing behind', () => {
    const paths = temporaryHome();
    const latencies = valueOf(measurePerformance(paths));
    expect(latencies.map(({ what, rounds, limit }) => [what, rounds, limit])).toEqual([
      ['record', 100, 5],
      ['store', 100, 5],
      ['query', 100, 5],
      ['clean-up', 100, 100],
    ]);
    for (const { p50, p95, p99, limit, verdict } of latencies) {
      expect(p50).toBeGreaterThanOrEqual(0);
      expect([p50, p95, p99]).toEqual([p50, p95, p99].sort((one, other) => one - other));
      expect(verdict).toBe(p95 <= limit ? 'ok' : 'fail');
    }
    expect(readdirSync(paths.data)).toEqual([]);
  });
});

describe('the proof of isolation', () => {
  it('asks two sessions for their recording, events, states and checkpoint', () => {
    const paths = temporaryHome();
    const found = valueOf(proveIsolation(paths));
    const kinds = ['recording', 'events', 'states', 'checkpoint'];
    expect(found.map(({ check }) => check.split(' ')[1])).toEqual([...kinds, ...kinds]);
    expect(new Set(found.map(({ check }) => check.split(' ')[0])).size).toBe(2);
    expect(found.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(readdirSync(paths.data)).toEqual([]);
  });
});

describe('the amounts that are stored', () => {
  it('are told by age, by type and by session', () => {
    const paths = temporaryHome();
    const store = valueOf(openStore(paths));
    const startedAt = '2025-06-01T12:00:00.000Z';
    addEvents(store, sampleSession({ id: sampleId('01A'), startedAt }), [
      sampleEvent(),
      sampleEvent(),
      sampleBlock('x'),
    ]);
    addEvents(store, sampleSession({ id: sampleId('01B'), startedAt: '2025-01-01T00:00:00.000Z' }), [sampleEvent()]);
    store.close();
    const rows = valueOf(storedAmounts(paths.database, Date.parse('2025-06-03T12:00:00.000Z')));
    expect(rows.map((row) => [row.of, row.name, row.sessions, row.events])).toEqual([
      ['age', 'up to a week', 1, 3],
      ['age', 'older', 1, 1],
      ['type', 'error', 2, 3],
      ['type', 'code_block', 1, 1],
      ['session', sampleId('01A'), 1, 3],
      ['session', sampleId('01B'), 1, 1],
    ]);
  });
});
