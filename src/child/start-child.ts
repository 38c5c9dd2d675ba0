import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Ending } from '../domain/session.ts';
import { forwardSignals } from './forward-signals.ts';
import { type Sink, passThrough } from './pass-through.ts';
import { attachRealTerminal } from './real-terminal.ts';
import type { SpawnRequest, Spawned } from './spawned.ts';

export interface ChildOptions extends SpawnRequest {
  readonly mode: 'terminal' | 'pipe';
  /** In pipe mode: a terminal for the child's stdout and stderr where ours is one. */
  readonly mirrorTerminals: boolean;
  /** How long a worker that outlives the child may still write into its pipes. */
  readonly lateOutputMs: number;
  readonly sink: Sink;
  /** Called when our terminal's size changed. */
  readonly onResize: () => void;
}

/** As kill(2) names it. */
const ownProcessGroup = 0;

/** The mode in which a child mirrors us: a terminal of its own when our stdin and stdout are terminals. */
export function mirroredMode(): 'terminal' | 'pipe' {
  return isatty(0) && isatty(1) ? 'terminal' : 'pipe';
}

/**
 * Starts the command; from here on its terminal, signals and end are ours.
 *
 * @returns how it ended, once all it wrote was passed on and given to the sink
 */
export async function startChild(options: ChildOptions): Promise<{ readonly ended: Promise<Ending> }> {
  const spawned = await spawn(options);
  const { monitor } = spawned;
  const terminal = spawned.terminal === undefined ? undefined : attachRealTerminal(spawned.terminal);
  const signals = forwardSignals(monitor);

  terminal?.takeOver();
  // Started in the background, the terminal becomes ours with `fg`.
  if (terminal) process.on('SIGCONT', () => terminal.takeOver());
  process.on('SIGWINCH', () => {
    spawned.resize();
    options.onResize();
    // In pipe mode it learned of the change from the real terminal, before its own had the new size.
    if (options.mode === 'pipe') monitor.deliver('SIGWINCH');
  });

  const outputs = spawned.outputs.map((output) =>
    passThrough(output, (stream, passed) => {
      if (terminal) for (const { bytes } of passed) terminal.observe(bytes);
      return options.sink(stream, passed);
    }),
  );

  /** Stops us as the child was stopped, so that a shell sees its job stop; goes on when the shell does. */
  function stopAlike(signal: number) {
    terminal?.giveBack();
    // A terminal stops a process group as a whole; in pipe mode it has done so already.
    const whom = terminal !== undefined && signal !== constants.signals.SIGSTOP ? ownProcessGroup : process.pid;
    signals.withDefaults(() => process.kill(whom, signal));
    // Here again after SIGCONT; or at once, where no shell controls us and the signal stops nothing.
    terminal?.takeOver();
    spawned.resize();
    monitor.deliver('SIGCONT');
  }

  const ending = new Promise<Ending>((resolve) => {
    monitor.begin((news) => {
      if (news.kind === 'stopped') stopAlike(news.signal);
      else if (news.kind === 'ended') resolve(news.ending);
    });
  });
  monitor.go();

  async function finish(): Promise<Ending> {
    const how = await ending;
    await Promise.all(outputs.map((output) => output.finish(terminal ? 0 : options.lateOutputMs)));
    terminal?.leave(how);
    monitor.release();
    return how;
  }
  return { ended: finish() };
}

async function spawn(options: ChildOptions): Promise<Spawned> {
  if (options.mode === 'terminal') {
    const { spawnTerminal } = await import('./spawn-terminal.ts');
    return spawnTerminal(options);
  }
  const { spawnPiped } = await import('./spawn-piped.ts');
  return spawnPiped(options, options);
}
