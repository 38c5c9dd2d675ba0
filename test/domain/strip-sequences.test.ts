import { describe, expect, it } from 'vitest';
import { createSequenceStripper } from '../../src/domain/strip-sequences.ts';
import { dangerous, hostileText } from '../cli/hostile-text.ts';

function strip(pieces: readonly Uint8Array[]): string {
  const stripper = createSequenceStripper();
  return pieces.map((piece) => stripper.push(piece)).join('') + stripper.end();
}

const stripText = (text: string) => strip([Buffer.from(text)]);

describe('the sequence stripper', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['8-bit control sequences', '\u009b31mred', 'red'],
    ['titles, ended by BEL', 'a\u001b]0;title\u0007b', 'ab'],
    ['links, ended by ESC \\', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['device control strings', 'a\u001bPq#0;1\u001b\\b', 'ab'],
    ['character sets', 'a\u001b(Bb', 'ab'],
    ['a sequence that the end cuts off', 'a\u001b[3', 'a'],
  ])('removes %s', (_what, text, expected) => {
    expect(stripText(text)).toBe(expected);
  });

  it('shows other control characters', () => {
    expect(stripText('a\u0007b\u0000c\rd')).toBe('a\\x07b\\x00c\\rd');
  });

  it('ends lines the Unix way', () => {
    expect(stripText('a\r\nb\u001b[0m\r\u001b[K\n')).toBe('a\nb\n');
  });

  it('keeps the lines behind a control string that is never closed', () => {
    expect(stripText('a\u001b]0;title\nb')).toBe('a\nb');
  });

  it('keeps what follows a broken control sequence', () => {
    expect(stripText('\u001b[3\nb')).toBe('\nb');
  });

  it('replaces invalid UTF-8', () => {
    expect(strip([Buffer.from([0x61, 0xff, 0x62])])).toBe('a\ufffdb');
  });

  it('gives the same text wherever the bytes were cut', () => {
    const text = 'é\u001b[1;31m日本\u001b]0;t\u001b\\x\u001b(B\r\ny\r\u001b\u001b[mz\u009b2J\r';
    const bytes = Buffer.from(text);
    const whole = strip([bytes]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(strip([bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(whole);
    }
    expect(strip([...bytes].map((byte) => Buffer.of(byte)))).toBe(whole);
  });

  it('lets nothing dangerous through, whatever the bytes and their cuts', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const bytes = Buffer.concat([Buffer.from(hostileText(seed, 40)), Buffer.from(hostileText(seed, 10), 'latin1')]);
      const whole = strip([bytes]);
      expect(whole).not.toMatch(dangerous);
      const cut = seed % bytes.length;
      expect(strip([bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(whole);
    }
  });
});
