import { describe, expect, it } from 'vitest';
import { printable, printableJson, printableLine } from '../../src/domain/printable.ts';
import { dangerous, hostileText } from '../cli/hostile-text.ts';

describe('printable', () => {
  it('leaves text, line feeds and tabs as they are', () => {
    expect(printable('a\tb\nö 日本 👩‍💻')).toBe('a\tb\nö 日本 👩‍💻');
  });

  it('shows control characters as their escapes', () => {
    expect(printable('\u001b[31m\u0007\u007f\u009b\r')).toBe('\\x1b[31m\\x07\\x7f\\x9b\\r');
  });

  it('shows what reorders or hides text', () => {
    expect(printable('a\u202eb\u{e0041}')).toBe('a\\u{202e}b\\u{e0041}');
  });

  it('lets nothing through, whatever the text', () => {
    for (let seed = 0; seed < 300; seed += 1) expect(printable(hostileText(seed, 50))).not.toMatch(dangerous);
  });
});

describe('printableLine', () => {
  it('stays on one line', () => {
    expect(printableLine('a\tb\r\nc')).toBe('a\\tb\\r\\nc');
  });

  it('lets nothing through, whatever the text', () => {
    for (let seed = 0; seed < 300; seed += 1) expect(printableLine(hostileText(seed, 50))).not.toMatch(/[\n\t]/);
    for (let seed = 0; seed < 300; seed += 1) expect(printableLine(hostileText(seed, 50))).not.toMatch(dangerous);
  });
});

describe('printableJson', () => {
  it('gives JSON of the same value without a dangerous character', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const value = { [hostileText(seed, 5)]: hostileText(seed + 1, 50) };
      const json = printableJson(JSON.stringify(value));
      expect(json).not.toMatch(dangerous);
      expect(JSON.parse(json)).toEqual(value);
    }
  });
});
