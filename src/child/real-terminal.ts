import { type ReadStream as FileReadStream, createReadStream, writeSync } from 'node:fs';
import { ReadStream, isatty } from 'node:tty';
import type { Ending } from '../domain/session.ts';
import { posix, type TerminalSettings } from './posix.ts';
import { nonBlockingTarget } from './target.ts';
import { followTerminalModes } from './terminal-modes.ts';
import { writeAll } from './write-all.ts';

const STDIN = 0;
const STDOUT = 1;

/** Ctrl-D: what a person types for the end of input. */
const endOfInput = Buffer.of(0x04);

/** How often a command in the background looks whether it is in the foreground. */
const foregroundIntervalMs = 100;

/** Our own terminal, while a child in terminal mode has one that mirrors it. */
export interface RealTerminal {
  /** When something was typed last, on the clock of `performance.now()`; -Infinity before. */
  readonly lastTypedMs: number;
  /** Makes it raw and hands what is typed to the child, if we are in its foreground. */
  takeOver(): void;
  /** Back as it was before. */
  giveBack(): void;
  /** Follows what the child does to it. */
  observe(output: Buffer): void;
  /** Leaves it as the child would have, had it run without us; and usable, should the child have been cut down. */
  leave(ending: Ending): void;
}

/** Where our stdin is no terminal (`--pty` in a pipe), what it holds is handed on all the same. */
export function attachRealTerminal(
  child: { readonly master: number; readonly slave: number },
  /** Called when it is gone: its window was closed, its connection lost. */
  onHangUp: () => void,
): RealTerminal {
  const isTerminal = isatty(STDIN);
  const modes = followTerminalModes();
  const master = nonBlockingTarget(child.master);
  let before: TerminalSettings | undefined;
  let waiting: NodeJS.Timeout | undefined;
  let input: ReadStream | FileReadStream | undefined;
  let lastTypedMs = -Infinity;

  function readInput() {
    if (input) return void input.resume();
    input = isTerminal ? new ReadStream(STDIN) : createReadStream('', { fd: STDIN, autoClose: false });
    const from = input;
    from.on('data', (typed: Buffer | string) => {
      lastTypedMs = performance.now();
      // One write at a time: what the child does not read yet stays in our terminal.
      from.pause();
      void writeAll(master, [Buffer.from(typed)]).then(() => from.resume());
    });
    from.on('end', () => {
      if (isTerminal) onHangUp();
      else void writeAll(master, [endOfInput]);
    });
    from.on('error', () => {
      if (isTerminal) onHangUp();
    });
  }

  function giveBack(settings = before) {
    if (before === undefined || settings === undefined) return;
    before = undefined;
    input?.pause();
    try {
      posix.setTermios(STDIN, settings);
    } catch {
      // A terminal that was hung up has no settings any more.
    }
  }
  // Also when a bug of ours ends the process.
  process.on('exit', () => giveBack());

  const terminal: RealTerminal = {
    get lastTypedMs() {
      return lastTypedMs;
    },
    takeOver() {
      if (!isTerminal) {
        readInput();
        return;
      }
      if (before !== undefined) return;
      if (!posix.isForeground(STDIN)) {
        // Nothing tells that `fg` has made it ours: a shell continues only what had stopped.
        clearTimeout(waiting);
        waiting = setTimeout(() => terminal.takeOver(), foregroundIntervalMs).unref();
        return;
      }
      before = posix.termios(STDIN);
      posix.makeRaw(STDIN);
      readInput();
    },
    giveBack: () => giveBack(),
    observe: (output) => modes.observe(output),
    leave(ending) {
      clearTimeout(waiting);
      if (ending.kind === 'exited' && ending.code === 0) {
        giveBack(posix.termios(child.slave));
        return;
      }
      if (wasCutDown(ending) && isatty(STDOUT)) writeSync(STDOUT, modes.reset());
      giveBack();
    },
  };
  return terminal;
}

/** Whether a signal ended it; a launcher tells by 128 + the signal's number that one ended its worker. */
function wasCutDown(ending: Ending): boolean {
  return ending.kind !== 'exited' || ending.code > 128;
}
