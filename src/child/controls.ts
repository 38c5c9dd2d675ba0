import type { Ending } from '../domain/session.ts';
import { jobOf, send } from './job.ts';
import type { PassThrough } from './pass-through.ts';
import { stopJob } from './pause-job.ts';
import type { RealTerminal } from './real-terminal.ts';
import { posix } from './posix.ts';
import { typeInto } from './type-into.ts';

/** What can be done to a running child from elsewhere. */
export interface Controls {
  /** Undefined before it runs, and when it has ended. */
  readonly pid: number | undefined;
  /** Whether it was stopped by {@link Controls.pause}. */
  readonly isPaused: boolean;
  /** Stops its job, and not us. False when it did not stop in time, and goes on. */
  pause(): Promise<boolean>;
  resume(): void;
  /** To be called when it goes on for whatever reason. */
  goOn(): void;
  /** Delivers a signal to its job (`all`), or to the child itself; false when nobody is there. */
  signal(name: NodeJS.Signals, to: 'all' | 'itself'): boolean;
  /** Ends it as `kill` of the started child does; resolves with how it ended. */
  end(): Promise<Ending>;
  /** Resolves when all that it has written was read, passed on and given to the sink. */
  flush(): Promise<void>;
  /** How many bytes were read from it so far. */
  readonly readBytes: number;
  /** Its input, where that is ours: a terminal's. */
  readonly input?: ChildInput;
}

export interface ChildInput {
  /** Types it, waiting while the terminal is full; how many bytes it took in time. */
  type(bytes: Uint8Array): Promise<number>;
  /** As much as the terminal takes at once. */
  typeNow(bytes: Uint8Array): number;
  /** When the user typed something last, on the clock of `performance.now()`; -Infinity before. */
  readonly lastTypedMs: number;
}

export function createControls(child: {
  readonly mode: 'terminal' | 'pipe';
  /** As in {@link Controls}. */
  readonly pid: () => number | undefined;
  readonly end: () => Promise<Ending>;
  /** Resolves when the stop is known to whoever looks at the session, or it has taken too long. */
  readonly onStop: () => Promise<void>;
  readonly onContinue: () => void;
  readonly outputs: readonly Pick<PassThrough, 'flush' | 'readBytes'>[];
  readonly terminal?: { readonly master: number; readonly user: Pick<RealTerminal, 'lastTypedMs'> };
}): Controls {
  const { mode, outputs, terminal } = child;
  let isPaused = false;

  function goOn() {
    if (!isPaused) return;
    isPaused = false;
    child.onContinue();
  }

  function signal(name: NodeJS.Signals, to: 'all' | 'itself'): boolean {
    const pid = child.pid();
    if (pid === undefined) return false;
    return to === 'all' ? jobOf(pid, mode).signal(name) : send(pid, name);
  }

  return {
    get pid() {
      return child.pid();
    },
    get isPaused() {
      return isPaused;
    },
    async pause() {
      const pid = child.pid();
      if (pid === undefined) return false;
      if (isPaused) return true;
      isPaused = true;
      if (await stopJob(pid, mode)) {
        await child.onStop();
        return true;
      }
      signal('SIGCONT', 'all');
      isPaused = false;
      return false;
    },
    resume() {
      signal('SIGCONT', 'all');
      goOn();
    },
    goOn,
    signal,
    end() {
      const ended = child.end();
      goOn();
      return ended;
    },
    async flush() {
      await Promise.all(outputs.map((output) => output.flush()));
    },
    get readBytes() {
      return outputs.reduce((sum, output) => sum + output.readBytes, 0);
    },
    ...(terminal && {
      input: {
        type: (bytes) => typeInto(terminal.master, bytes),
        typeNow: (bytes) => posix.writeNow(terminal.master, bytes),
        get lastTypedMs() {
          return terminal.user.lastTypedMs;
        },
      },
    }),
  };
}
