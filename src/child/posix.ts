import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The calls of `native/posix.c`. Each throws an Error that names the call when it fails. */
interface Posix {
  /** A pipe: its read end and its write end. Neither is inherited. */
  pipe(): [readEnd: number, writeEnd: number];
  /** Lets the programs that are started from now on keep the descriptor. */
  inherit(fd: number): void;
  /**
   * Starts a program that shares our stdin and working directory, with every signal at its default. It keeps the
   * descriptors in `kept`, under their numbers; of its end nothing is told.
   */
  spawn(
    path: string,
    words: readonly string[],
    environment: readonly string[],
    stdout: number,
    stderr: number,
    kept: readonly number[],
  ): void;
  /** From the system, at most 256. Node's own `crypto` takes longer to load than the child takes to start. */
  randomBytes(count: number): Buffer;
  isTerminal(fd: number): boolean;
  windowSize(fd: number): [columns: number, rows: number];
  /** A new pseudo-terminal that is nobody's controlling terminal. */
  openTerminal(): [master: number, slave: number];
  /** The terminal's settings (`tcgetattr`). */
  termios(fd: number): TerminalSettings;
  setTermios(fd: number, settings: TerminalSettings): void;
  /** Every byte passes as it is, both ways (`cfmakeraw`). */
  makeRaw(fd: number): void;
  /** Output passes as it is. */
  passOutput(fd: number): void;
  /** Rows, columns and pixels. */
  copyWindowSize(from: number, to: number): void;
  /** Whether we are in the terminal's foreground process group. */
  isForeground(fd: number): boolean;
  /**
   * Gives these bytes of a file back to the file system: they read as zeros, and all others stay where they are. Both
   * numbers must be multiples of the file system's block where some of it is to be gained.
   */
  punchHole(fd: number, offset: number, length: number): void;
  /**
   * Gives this thread its turn as soon as it wakes up: it has the shortest turns that Linux gives (from 6.12 on), and the
   * threads that this process has by now, which are V8's, give way by so much (as nice(2) counts). What is started from
   * this thread later has such turns, too. Elsewhere only processes have priorities, and nothing is done.
   */
  comeFirst(niceness: number): void;
  /** What has the priority that this thread had comes before it, by so much, and its turns are as long as others'. */
  giveWay(niceness: number): void;
  /**
   * To a descriptor that does not block.
   *
   * @returns how many of the bytes it took; none when it is full, and when it cannot be written to
   */
  writeNow(fd: number, bytes: Uint8Array): number;
  /** {@link Posix.writeNow} for a socket, which may be one that blocks. */
  sendNow(fd: number, bytes: Uint8Array): number;
  /** Calls back on this thread whenever the descriptor has something to read, or its end, until paused. It must be ended. */
  watch(fd: number, onReadable: () => void): Watch;
  pauseWatch(watch: Watch): void;
  resumeWatch(watch: Watch): void;
  /** The descriptor may be closed then, and the watch must not be used any more. */
  endWatch(watch: Watch): void;
  /** Ends this process at once: workers are cut off wherever they are, as by a crash, and not unwound. */
  exit(code: number): never;
  /** {@link Posix.dieOf} the signal, unless it is 0, and {@link Posix.exit}, so much later, whatever this thread does then. */
  endAfter(ms: number, signal: number, code: number): void;
  /** Ends this process by the signal, without a core file. Returns when the signal does not kill. */
  dieOf(signal: number): void;
}

/** Opaque; made by {@link Posix.watch}. */
export type Watch = object & { readonly brand?: 'watch' };

/** Opaque; made by {@link Posix.termios}. */
export type TerminalSettings = Buffer & { readonly brand?: 'termios' };

/**
 * The path of something the native build made (`binding.gyp`): beside the
 * sources, or beside the bundle.
 */
export function nativePath(name: 'posix.node' | 'ridealong-monitor'): string {
  const candidates = ['../build/Release', '../../build/Release'].map((folder) =>
    join(import.meta.dirname, folder, name),
  );
  return candidates.find((path) => existsSync(path)) ?? candidates[0] ?? name;
}

export const posix = createRequire(import.meta.filename)(nativePath('posix.node')) as Posix;
