import { describe, expect, it } from 'vitest';
import { createEmulatedTerminal, type View } from '../../src/lines/emulated-terminal.ts';
import { seededRandom } from '../support/seeded-random.ts';

const random = seededRandom();

function newTerminal(columns = 30, rows = 8) {
  const ignore = () => undefined;
  return createEmulatedTerminal({ columns, rows, onSignal: ignore, onSwitch: ignore, onFrame: ignore });
}

type Terminal = ReturnType<typeof newTerminal>;
type Change = (terminal: Terminal) => void;

const write =
  (text: string): Change =>
  (terminal) =>
    terminal.write(Buffer.from(text), () => undefined);

const onScreen = ({ rows, scrolledOff }: View) => rows.slice(scrolledOff);
const plain = (view: View) => onScreen(view).map(({ text, isWrapped, goesOn }) => ({ text, isWrapped, goesOn }));

describe('rows that are read again and again', () => {
  it(`are read as by one who looks for the first time, whatever is written (SEED=${random.seed})`, () => {
    for (let session = 0; session < 4; session += 1) {
      const watched = newTerminal();
      const changes: Change[] = [];
      for (let look = 0; look < 30; look += 1) {
        const more = Array.from({ length: 1 + random.below(6) }, someChange);
        for (const change of more) change(watched);
        changes.push(...more);
        const unseen = newTerminal();
        for (const change of changes) change(unseen);
        expect(plain(watched.look())).toEqual(plain(unseen.look()));
      }
    }
  });

  it('stay the same objects, unless they have changed', () => {
    const terminal = newTerminal();
    write('one\r\ntwo\r\nthree')(terminal);
    const before = onScreen(terminal.look());
    write('\u001b[2;1H2\u001b[31m')(terminal);
    const after = onScreen(terminal.look());
    expect(after.map((row, index) => row === before[index])).toEqual(before.map((_, index) => index !== 1));
  });

  it('stay the same objects where they are scrolled to', () => {
    const terminal = newTerminal(30, 4);
    write('one\r\ntwo\r\nthree\r\nfour')(terminal);
    const before = onScreen(terminal.look());
    write('\r\nfive')(terminal);
    const after = onScreen(terminal.look());
    expect(after.slice(0, 3).map((row, index) => row === before[index + 1])).toEqual([true, true, true]);
  });
});

function someChange(): Change {
  const row = () => 1 + random.below(8);
  const text = random.oneOf(['one', 'two three', '日本語', 'e\u0301', '🙂', 'x'.repeat(40), '│ box │', '  ']);
  const count = 1 + random.below(3);
  return random.oneOf<Change>([
    write(`\u001b[${row()};${1 + random.below(30)}H${text}`),
    write(`\u001b[${row()};1H\u001b[2K${text}`),
    write(`${text}\r\n`),
    write(`\r\n${text}\r\n\r\n`),
    write(`\u001b[${random.below(3)}K`),
    write(`\u001b[${random.below(4)}J`),
    write(`\u001b[${count}${random.oneOf(['L', 'M', 'S', 'T', 'P', '@', 'X', 'b', 'A', 'B'])}`),
    write(`\u001b[1;${2 + random.below(6)}r`),
    write(`\u001b[${2 + random.below(3)};8r`),
    write(random.oneOf(['\u001b[r', '\u001bM', '\u001bD', '\u001b[4h', '\u001b[4l', '\u001b7', '\u001b8', '\u001b#8'])),
    write(random.oneOf(['\u001b[?1049h', '\u001b[?1049l', '\u001b[?7l', '\u001b[?7h', '\u001b[!p'])),
    (terminal) => terminal.resize(30 + 10 * count, 8),
    (terminal) => terminal.resize(30, 8),
  ]);
}
