import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/cli/output/column.ts';
import { plain } from '../../../src/cli/output/plain.ts';
import { table } from '../../../src/cli/output/table.ts';
import { cutToWidth, textWidth } from '../../../src/cli/output/text-width.ts';
import { durationText } from '../../../src/cli/output/times.ts';

interface Row {
  readonly id: string;
  readonly count: number;
  readonly text: string;
}

const columns: Column<Row>[] = [
  { header: 'id', value: ({ id }) => id },
  { header: 'count', value: ({ count }) => String(count), align: 'right', dropOrder: 1 },
  { header: 'text', value: ({ text }) => text, shrinkTo: 6 },
];
const rows = [
  { id: 'a', count: 1, text: 'short' },
  { id: 'bcd', count: 100, text: '日本語 and a longer text' },
];

describe('a table', () => {
  it('is as wide as its text where there is room', () => {
    expect(table(columns, rows, { columns: 80, colour: false })).toBe(
      [
        '┌─────┬───────┬──────────────────────────┐',
        '│ id  │ count │ text                     │',
        '├─────┼───────┼──────────────────────────┤',
        '│ a   │     1 │ short                    │',
        '│ bcd │   100 │ 日本語 and a longer text │',
        '└─────┴───────┴──────────────────────────┘',
        '',
      ].join('\n'),
    );
  });

  it('cuts what may be cut', () => {
    const lines = table(columns, rows, { columns: 30, colour: false }).split('\n');
    expect(lines[4]).toBe('│ bcd │   100 │ 日本語 and … │');
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(30);
  });

  it('leaves out what may be left out when cutting is not enough', () => {
    const text = table(columns, rows, { columns: 20, colour: false });
    expect(text).not.toContain('count');
    for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(20);
  });
});

describe('plain text', () => {
  it('is aligned, without a border or anything cut', () => {
    expect(plain(columns, rows)).toBe('ID   COUNT  TEXT\na        1  short\nbcd    100  日本語 and a longer text\n');
  });
});

describe('text width', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['', 0],
    ['✅', 2],
  ])('of %j is %j', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it('is respected by cutting', () => {
    expect(cutToWidth('日本語', 6)).toBe('日本語');
    expect(cutToWidth('日本語', 5)).toBe('日本…');
    expect(cutToWidth('日本語', 4)).toBe('日…');
  });
});

describe('durations', () => {
  it.each([
    [400, '0.4s'],
    [12_000, '12s'],
    [59_600, '1m 0s'],
    [123_000, '2m 3s'],
    [3_900_000, '1h 5m'],
    [183_600_000, '2d 3h'],
    [Number.NaN, ''],
  ])('%j ms is %j', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});
