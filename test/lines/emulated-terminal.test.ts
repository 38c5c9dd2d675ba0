import { expect, it } from 'vitest';
import { createEmulatedTerminal } from '../../src/lines/emulated-terminal.ts';

function newTerminal(columns: number, rows: number) {
  const ignore = () => undefined;
  return createEmulatedTerminal({ columns, rows, onSignal: ignore, onSwitch: ignore, onFrame: ignore });
}

it('shows an alternate screen that was made smaller before it was first used, and larger then', () => {
  const terminal = newTerminal(40, 28);
  const show = (text: string) => terminal.write(Buffer.from(text), () => undefined);
  terminal.resize(40, 7);
  show(`\x1b[?1049h${'above\r\n'.repeat(40)}`);
  expect(terminal.look().scrolledOff).toBe(0);

  terminal.resize(40, 33);
  show('\x1b[22;25r\x1b[22;1Hone\r\ntwo\r\nthree\r\nfour\r\nfive');
  expect(terminal.picture().lines.slice(21, 25)).toEqual(['two', 'three', 'four', 'five']);
});

it('goes on behind a sequence at which the emulator fails', () => {
  const terminal = newTerminal(10, 3);
  terminal.write(Buffer.from('\x1b[3;1H0123456789\x1b[1J\x1b[1;1Hgoes on'), () => undefined);
  expect(terminal.picture().lines[0]).toBe('goes on');
});
