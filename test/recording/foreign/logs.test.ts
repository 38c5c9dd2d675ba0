import { describe, expect, it } from 'vitest';
import { isTiming } from '../../../src/recording/foreign/open-foreign.ts';
import { readWhole, sourceOf } from './read-whole.ts';

describe('JSON objects, one per line', () => {
  it('are output at the times that they tell', () => {
    const lines = [
      '{"type":"summary"}\n',
      '{"timestamp":"2026-01-01T00:00:00.000Z","type":"user"}\n',
      '{"type":"aside"}\n',
      '{"timestamp":"2026-01-01T00:00:02.500Z","type":"assistant"}\r\n',
      '{"timestamp":"2026-01-01T00:00:01.000Z","type":"late"}\n',
      '{"timestamp":1767225605000,"type":"in milliseconds"}',
    ];
    const { header, entries } = readWhole(lines.join(''));
    expect(header).toMatchObject({ format: 'jsonl', isTerminal: false, startedAtMs: Date.parse('2026-01-01') });
    const times = [0, 0, 0, 2_500_000, 2_500_000, 5_000_000];
    expect(entries).toEqual(times.map((time, index) => `${time} ${JSON.stringify(lines[index])}`));
  });

  it('tell no time that cannot be', () => {
    const lines = ['2026-01-01', '9999-01-01', 'soon', '2026-01-02'].map((time) => `{"timestamp":"${time}"}\n`);
    const times = readWhole(lines.join('')).entries.map((entry) => Number(entry.split(' ')[0]));
    expect(times).toEqual([0, 0, 0, 86_400_000_000]);
  });

  it('stay as they are where one of them is cut off', () => {
    expect(readWhole('{"a":1}\n{"b":').entries).toEqual(['0 "{\\"a\\":1}\\n"', '0 "{\\"b\\":"']);
  });
});

describe('a plain log', () => {
  it.each(['just text\n', '[1]\n', '{not json\n', '\u001b[1mbold', '17\n'])('is its bytes: %j', (content) => {
    const { header, entries } = readWhole(content);
    expect(header).toMatchObject({ format: 'log', isTerminal: false, startedAtMs: undefined });
    expect(entries).toEqual([`0 ${JSON.stringify(content)}`]);
  });

  it('keeps bytes that are no text', () => {
    const { entries } = readWhole(Buffer.from([0xff, 0x00, 0xfe]));
    expect(entries).toEqual(['0 "ÿ\\u0000þ"']);
  });

  it('is read in pieces', () => {
    const { entries } = readWhole(Buffer.alloc(1_000_000, 'line\n'));
    expect(entries.length).toBeGreaterThan(3);
    expect(entries.map((entry) => (JSON.parse(entry.slice(2)) as string).length).reduce((a, b) => a + b)).toBe(
      1_000_000,
    );
  });
});

it.each([
  ['H 0.000000 START_TIME 2026-11-20 16:34:41+00:00\n', true],
  ['0.010212 1\n', true],
  ['1 1\n', false],
  ['H is a letter\n', false],
  ['', false],
])('tells a timing from a log: %j', (content, expected) => {
  expect(isTiming(sourceOf(content))).toBe(expected);
});

it('reads lines that are longer than a block', () => {
  const long = `{"text":"${'x'.repeat(700_000)}"}\n`;
  expect(
    [...sourceOf(`${long}{}\n`).lines()].map(({ number, bytes, isLast }) => [number, bytes.length, isLast]),
  ).toEqual([
    [1, long.length, false],
    [2, 3, true],
  ]);
});
