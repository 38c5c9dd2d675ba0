import { describe, expect, it } from 'vitest';
import { createTerminalFilter } from '../../src/replay/terminal-filter.ts';

const filter = (text: string | Uint8Array, feedsAlone = true) =>
  createTerminalFilter({ feedsAlone }).push(Buffer.from(text));

describe('what a terminal is replayed', () => {
  it.each([
    'text, é and 漢字',
    'one\r\ntwo\r',
    '\x07\b\t',
    '\x1b[2J\x1b[10;20H\x1b[1;38;5;12mred\x1b[m\x1b[K',
    '\x1b[?1049h\x1b[?25l\x1b[?2026h',
    '\x1b7\x1b8\x1bM\x1b(0\x1b)B\x1b[3;10r\x1b[4h\x1b[!p\x1b[2 q',
  ])('passes as it is: %j', (text) => {
    expect(filter(text)).toBe(text);
  });

  it.each([
    ['where is the cursor', '\x1b[6n'],
    ['status', '\x1b[5n\x1b[?6n'],
    ['who are you', '\x1b[c\x1b[>c\x1b[=c\x1bZ\x05'],
    ['version', '\x1b[>0q\x1b[>q'],
    ['modes and settings', '\x1b[?2026$p\x1b[x\x1bP$qm\x1b\\'],
    ['checksum of the screen', '\x1b[1;1;1;1;5;5*y'],
    ['clipboard', '\x1b]52;c;ZXZpbA==\x07\x1b]52;c;?\x1b\\'],
    ['colours', '\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]4;1;?\x07\x1b]104\x07'],
    ['title, and what tells it', '\x1b]0;title\x07\x1b]2;title\x1b\\\x1b[21t\x1b[22;0t'],
    ['size of the window', '\x1b[8;200;200t\x1b[18t\x1b[14t'],
    ['links, notifications, files', '\x1b]8;;http://x\x07\x1b]9;hi\x07\x1b]1337;File=:AAAA\x07\x1b]777;notify;a;b\x07'],
    ['images and other strings', '\x1bPq#0;2;0;0;0\x1b\\\x1b_Gf=100;AAAA\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\'],
    ['printing', '\x1b[5i\x1b[4i\x1b[?5i'],
    ['mouse, focus and paste', '\x1b[?1000h\x1b[?1003;1006h\x1b[?1004h\x1b[?2004h\x1b[?9h\x1b[?2031h'],
    ['keys', '\x1b[?1h\x1b=\x1b>\x1b[>4;2m\x1b[>1u\x1b[=5u\x1b[<u\x1b[?u\x1b[2h\x1b[20h'],
    ['8-bit introducers', '\u009b6n\u009d52;c;ZXZpbA==\u009c\u0090q\u009c'],
    ['a query within a cut sequence', '\x1b[\x1b[6n'],
  ])('leaves out %s', (_, sequences) => {
    expect(filter(`a${sequences}b`)).toBe('ab');
  });

  it('takes the harmful modes out of those that are set together', () => {
    expect(filter('\x1b[?1049;1000;25h')).toBe('\x1b[?1049;25h');
  });

  it('passes on the same wherever it was cut', () => {
    const bytes = Buffer.from('é\x1b[?1000;25h漢\x1b]52;c;ZXZp\x1b\\x\x1b[6n\x1b[1mb\n\r\n\u009b6nend');
    const whole = filter(bytes);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const cutFilter = createTerminalFilter({ feedsAlone: true });
      expect(cutFilter.push(bytes.subarray(0, cut)) + cutFilter.push(bytes.subarray(cut))).toBe(whole);
    }
    expect(whole).toBe('é\x1b[?25h漢x\x1b[1mb\x1bD\r\nend');
  });

  it('leaves line feeds as they are where they were not meant for a terminal', () => {
    expect(filter('a\nb\r\n', false)).toBe('a\nb\r\n');
  });

  it('whatever the bytes, holds nothing but what is known', () => {
    for (let high = 0; high < 256; high += 1) {
      for (const rest of ['6n', ']52;c;QQ==\x07', '[c', 'Z', '[>q']) {
        const shown = filter(Buffer.concat([Buffer.from([0x1b, high]), Buffer.from(`\x1b${rest}`)]));
        expect(shown).not.toMatch(/\x1b(?:\]|P|_|\^|X|Z|\[[0-9;<-?]*[nctqi])|\x05|[\x80-\x9f]/);
      }
    }
  });

  it('sets back what was changed, alternate screens last', () => {
    const changing = createTerminalFilter({ feedsAlone: true });
    changing.push(Buffer.from('\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?7h'));
    expect(changing.reset()).toBe('\x1b[?25h\x1b[4l\x1b(B\x0f\x1b[m\x1b[r\x1b[?1049l');
    expect(changing.reset()).toBe('\x1b[4l\x1b(B\x0f\x1b[m');
  });
});
