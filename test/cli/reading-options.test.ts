import { describe, expect, it } from 'vitest';
import { rowLimit, timeRange } from '../../src/cli/reading-options.ts';
import { now } from './fixtures.ts';

describe('--since and --until', () => {
  it.each([
    ['7d', '2026-07-24T12:00:00.000Z'],
    ['12h', '2026-07-31T00:00:00.000Z'],
    ['30m', '2026-07-31T11:30:00.000Z'],
    ['2026-07-01T10:00:00Z', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01T10:00+02:00', '2026-07-01T08:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(timeRange({ since: text }, now)).toEqual({ ok: true, value: { since: expected } });
    expect(timeRange({ until: text }, now)).toEqual({ ok: true, value: { until: expected } });
  });

  it('take a day as its start where the user is', () => {
    const expected = new Date(2026, 6, 1).toISOString();
    expect(timeRange({ since: '2026-07-01' }, now)).toEqual({ ok: true, value: { since: expected } });
  });

  it.each(['yesterday', '7', '7w', '2026-13-01', '2026-07-01Tx', '', '999999d'])('refuse %j', (text) => {
    expect(timeRange({ since: text }, now)).toMatchObject({ ok: false, failure: { reason: 'usage' } });
  });
});

describe('--limit', () => {
  it('is optional', () => {
    expect(rowLimit(undefined, 50)).toEqual({ ok: true, value: 50 });
  });

  it.each(['1', '10000'])('may be %s', (text) => {
    expect(rowLimit(text, 50)).toEqual({ ok: true, value: Number(text) });
  });

  it.each(['0', '10001', '-1', '1.5', '1e3', 'x', ''])('may not be %j', (text) => {
    expect(rowLimit(text, 50)).toMatchObject({ ok: false, failure: { reason: 'usage' } });
  });
});
