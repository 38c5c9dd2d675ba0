import { describe, expect, it } from 'vitest';
import { isChunk } from '../../src/domain/chunk.ts';
import type { Keyframe } from '../../src/domain/keyframe.ts';
import { createEmulatedTerminal, type Picture } from '../../src/lines/emulated-terminal.ts';
import { readCapture, recut } from '../corpus/captures.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Shown = string | { readonly columns: number; readonly rows: number };
type Taken = Omit<Keyframe, 'timeUs'>;

const size = { columns: 20, rows: 6 };

function terminalOf(options: { columns: number; rows: number; keyframeBytes?: number; keyframes?: Taken[] }) {
  const { keyframes, ...rest } = options;
  return createEmulatedTerminal({
    ...rest,
    onSignal: () => undefined,
    onSwitch: () => undefined,
    onFrame: () => undefined,
    ...(keyframes && { onKeyframe: (keyframe) => keyframes.push(keyframe) }),
  });
}

function show(terminal: ReturnType<typeof terminalOf>, shown: Shown | Uint8Array): void {
  if (typeof shown === 'string') terminal.write(Buffer.from(shown), () => undefined);
  else if (shown instanceof Uint8Array) terminal.write(shown, () => undefined);
  else terminal.resize(shown.columns, shown.rows);
}

/** The keyframes that are taken meanwhile, each as soon as possible `keyframeBytes` behind the one before. */
function keyframesOf(keyframeBytes: number, ...shown: readonly Shown[]): Taken[] {
  const keyframes: Taken[] = [];
  const terminal = terminalOf({ ...size, keyframeBytes, keyframes });
  for (const each of shown) show(terminal, each);
  return keyframes;
}

function pictureOf(...shown: readonly Shown[]): Picture {
  const terminal = terminalOf(size);
  for (const each of shown) show(terminal, each);
  return terminal.picture();
}

/** What is to be seen when the texts behind the keyframe are shown on a terminal that has only seen the keyframe. */
function continued(keyframe: Taken, text: string): Picture {
  const terminal = terminalOf(keyframe);
  show(terminal, keyframe.screen);
  show(terminal, Buffer.from(text).subarray(keyframe.offset));
  return terminal.picture();
}

describe('a terminal goes on from a keyframe as the one of which it was taken', () => {
  it.each([
    ['text', 'one\r\ntwo', '\x1b[1mthree'],
    ['what has scrolled', 'line\r\n'.repeat(20), '\x1b[Htop'],
    ['the cursor', 'one\r\ntwo\x1b[2;2H', '\x1b[1mX'],
    ['a cursor at the right edge, which waits to wrap', '12345678901234567890', '\x1b[1mX'],
    [
      'the same behind a wide character, with a saved cursor',
      '\x1b[3;3H\x1b7\x1b[1;1H123456789012345678漢',
      '\x1b[1mX',
    ],
    ['the alternate screen', 'normal\x1b[?1049halternate', '\x1b[?1049l behind'],
    ['a saved cursor', '\x1b[3;4H\x1b7\x1b[1;1Hone', '\x1b8X'],
    ['a saved cursor on the alternate screen', 'normal\x1b[?1049h\x1b[3;4H\x1b7\x1b[1;1Hone', '\x1b8X\x1b[?1049lY'],
    ['a scroll region', '1\r\n2\r\n3\r\n4\r\n5\r\n6\x1b[2;4r\x1b[4;1H', '\x1b[0m\r\n\r\nX'],
    ['an origin', '1\r\n2\r\n3\r\n4\r\n5\r\n6\x1b[2;4r\x1b[?6h\x1b[2;3H', '\x1b[1mX\x1b[HY'],
    ['insertion', 'one\x1b[1;1H\x1b[4h', '\x1b[1mX'],
    ['no wrapping', '\x1b[?7l\x1b[1;15H', '\x1b[1m1234567890'],
    ['line drawing', '\x1b(0lqk', '\x1b[1mx\x1b(Bx'],
    ['line drawing by shift', '\x1b)0\x0elqk', '\x1b[1mx\x0fx'],
  ])('%s', (_, before, behind) => {
    const [keyframe] = keyframesOf(Buffer.from(before).length, before, behind);
    expect(keyframe).toMatchObject({ ...size, offset: Buffer.from(before).length });
    if (keyframe) expect(continued(keyframe, before + behind)).toEqual(pictureOf(before, behind));
  });

  it('within a frame', () => {
    const [keyframe] = keyframesOf(9, '\x1b[?2026h1', '\x1b[2Jx');
    const terminal = terminalOf(size);
    show(terminal, keyframe?.screen ?? '');
    expect(terminal.isMidFrame).toBe(true);
  });
});

describe('a keyframe', () => {
  it('is taken when one is due, before what is written then', () => {
    const keyframes = keyframesOf(10, '1234567', '890', 'A', 'BCDEFGHIJ', 'K');
    expect(keyframes.map(({ offset }) => offset)).toEqual([10, 20]);
  });

  it('is never taken within a sequence', () => {
    expect(keyframesOf(1, '\x1b[', '1', ';', '31', 'm')).toEqual([]);
    expect(keyframesOf(1, '\x1b]0;', 'title', '\x07')).toEqual([]);
  });

  it('is never taken within a character', () => {
    const keyframes: Taken[] = [];
    const terminal = terminalOf({ ...size, keyframeBytes: 1, keyframes });
    for (const byte of Buffer.from('é漢😀.')) show(terminal, Uint8Array.of(byte));
    expect(keyframes).toEqual([]);
    show(terminal, '漢');
    show(terminal, '!');
    expect(keyframes.map(({ offset }) => offset)).toEqual([10, 13]);
  });

  it('is taken at each change of size, as what has scrolled off may come back', () => {
    const lines = 'line\r\n'.repeat(20);
    const keyframes = keyframesOf(1000, lines, { columns: 30, rows: 10 }, '\x1b[Hnow', '\x1b[Hthen');
    expect(keyframes).toMatchObject([{ columns: 30, rows: 10, offset: 120 }]);
  });

  it('is taken behind the sequence in which the size changes', () => {
    const keyframes = keyframesOf(1000, '\x1b[', { columns: 30, rows: 10 }, 'Hnow', '\x1b[Hthen');
    expect(keyframes).toMatchObject([{ columns: 30, rows: 10, offset: 6 }]);
  });
});

const random = seededRandom();

describe.each(['codex', 'claude', 'gemini', 'opencode'].flatMap((agent) => [`${agent}/tui-full`, `${agent}/tui-429`]))(
  '%s',
  (name) => {
    const capture = readCapture(name);

    it.each([
      ['as it was recorded', capture],
      [`wherever its chunks are cut (SEED=${random.seed})`, recut(capture, random.next)],
    ])('looks the same from each keyframe to the next, %s', (_, { moments, terminalSize = size }) => {
      const keyframes: Taken[] = [];
      const whole = terminalOf({ ...terminalSize, keyframeBytes: 500, keyframes });
      let follower = whole;
      let compared = 0;
      for (const moment of moments) {
        const shown = isChunk(moment) ? moment.bytes : moment.kind === 'resize' ? moment : '';
        const taken = keyframes.length;
        show(whole, shown);
        const keyframe = keyframes[taken];
        if (keyframe) {
          compared += 1;
          follower = terminalOf(keyframe);
          show(follower, keyframe.screen);
        }
        if (isChunk(moment)) show(follower, shown);
        expect(follower.picture()).toEqual(whole.picture());
      }
      expect(compared).toBeGreaterThan(2);
    });
  },
);
