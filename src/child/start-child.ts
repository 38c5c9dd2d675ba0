import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stream } from '../domain/chunk.ts';
import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Ending } from '../domain/session.ts';
import { type Controls, createControls } from './controls.ts';
import { forwardSignals } from './forward-signals.ts';
import { isStopped } from './job.ts';
import { type Killing, killJob } from './kill-job.ts';
import { type Sink, passThrough } from './pass-through.ts';
import { posix } from './posix.ts';
import type { RealTerminal } from './real-terminal.ts';
import type { SpawnRequest, Spawned } from './spawned.ts';

/** How long we wait for our reader, before we stop as the child did. */
const flushPatienceMs = 200;

/** SIGHUP comes at the same moment as the end of input, and either may be first. */
const hangUpPatienceMs = 50;

/** Of the threads with which V8 compiles and collects: they would stand in our way for a millisecond at a time. */
const othersNiceness = 10;

export interface ChildOptions extends SpawnRequest {
  readonly mode: 'terminal' | 'pipe';
  /** How long a worker that outlives the child may still write into its pipes. */
  readonly lateOutputMs: number;
  readonly sink: Sink;
  /** Called when our terminal's size changed. */
  readonly onResize: () => void;
  /**
   * Called when the child was stopped; for a moment we wait for the promise.
   * `alike` when we are about to stop as well, and not when it was paused by a command.
   */
  readonly onStop: (alike: boolean) => Promise<void>;
  /** Called when the child goes on. */
  readonly onContinue: () => void;
  /** Calls what stops us, when nobody else would have to wait for us then. */
  readonly stopHarmlessly: (stop: () => void) => Promise<void>;
}

/** As kill(2) names it. */
const ownProcessGroup = 0;

export interface StartedChild {
  /** The streams that are read from it: only one where two lead to the same place. */
  readonly streams: readonly Stream[];
  /** How it ended, once all it wrote was passed on and given to the sink. */
  readonly ended: Promise<Ending>;
  /** Ends it with all that works for it, in five seconds at the latest. */
  readonly kill: () => void;
  readonly controls: Controls;
}

/** The mode in which a child mirrors us: a terminal of its own when our stdin and stdout are terminals. */
export function mirroredMode(): 'terminal' | 'pipe' {
  return posix.isTerminal(0) && posix.isTerminal(1) ? 'terminal' : 'pipe';
}

/**
 * Starts the command; from here on its terminal, signals and end are ours.
 *
 * @returns a failure where the system lets us start nothing: no more descriptors, terminals or processes
 */
export async function startChild(options: ChildOptions): Promise<Result<StartedChild, Failure>> {
  let spawned: Spawned | undefined;
  try {
    spawned = await spawn(options);
    return ok(await attend(spawned, options));
  } catch (error) {
    spawned?.monitor.release();
    const why = error instanceof Error ? error.message : String(error);
    const message = `${options.command[0]}: cannot be started: ${why}`;
    return fail({ reason: 'command-not-executable', message });
  }
}

async function attend(spawned: Spawned, options: ChildOptions): Promise<StartedChild> {
  const { monitor } = spawned;
  let wasHungUp = false;
  let hasEnded = false;
  const signals = forwardSignals((signal) => {
    wasHungUp ||= signal === 'SIGHUP';
    monitor.deliver(signal);
    if (signal === 'SIGCONT') controls.goOn();
  });
  // Its pipes are there; in a terminal it has to wait until that is like ours.
  if (spawned.terminal === undefined) monitor.go();
  // Now that the child exists, it does not inherit this.
  posix.comeFirst(othersNiceness);
  const terminal = await attachTerminal(spawned, () => void hangUpAlike());
  terminal?.takeOver();
  process.on('SIGWINCH', () => {
    spawned.resize();
    options.onResize();
    // In pipe mode it learned of the change from the real terminal, before its own had the new size.
    if (options.mode === 'pipe') monitor.deliver('SIGWINCH');
  });

  const opened = await spawned.outputs();
  const outputs = opened.map((output) =>
    passThrough(output, (stream, passed) => {
      if (stream === 'stdout' && terminal) for (const { bytes } of passed) terminal.observe(bytes);
      return options.sink(stream, passed);
    }),
  );

  /** Tells the child that its terminal is gone; unless SIGHUP, which comes to the foreground alone, told it or will. */
  async function hangUpAlike() {
    await sleep(hangUpPatienceMs);
    if (!wasHungUp && !hasEnded) monitor.deliver('SIGHUP');
    wasHungUp = true;
  }

  /**
   * Stops us as the child was stopped, so that a shell sees its job stop; goes on when the shell does.
   * What it wrote before comes before: the end of the alternate screen, for one. But our reader may be
   * stopped by the same Ctrl-Z.
   */
  async function stopAlike(pid: number, signal: number) {
    const flushed = outputs.map((output) => output.flush());
    await Promise.race([Promise.all([...flushed, options.onStop(true)]), sleep(flushPatienceMs)]);
    await options.stopHarmlessly(() => {
      if (hasEnded) return;
      // Whoever lets it go on expects that of us, too, and would do it no second time.
      if (!isStopped(pid)) return options.onContinue();
      terminal?.giveBack();
      // A terminal stops a process group as a whole; in pipe mode it has done so already.
      const whom = terminal !== undefined && signal !== constants.signals.SIGSTOP ? ownProcessGroup : process.pid;
      signals.withDefaults(() => process.kill(whom, signal));
      // Here again after SIGCONT; or at once, where no shell controls us and the signal stops nothing.
      terminal?.takeOver();
      spawned.resize();
      monitor.deliver('SIGCONT');
      options.onContinue();
    });
  }

  let pid: number | undefined;
  let killing: Killing | undefined;
  const kill = () => {
    if (pid !== undefined && !hasEnded) killing ??= killJob(pid, options.mode);
  };
  const controls = createControls({
    mode: options.mode,
    pid: () => (hasEnded ? undefined : pid),
    end() {
      kill();
      return ending;
    },
    onStop: () => Promise.race([options.onStop(false), sleep(flushPatienceMs)]),
    onContinue: options.onContinue,
    outputs,
    ...(spawned.terminal && terminal && { terminal: { master: spawned.terminal.master, user: terminal } }),
  });
  const ending = new Promise<Ending>((resolve) => {
    monitor.begin((news) => {
      if (news.kind === 'started') pid = news.pid;
      // Who paused it may want us to let it go on; and may have done so, before we heard that it had stopped.
      if (news.kind === 'stopped' && !controls.isPaused && pid !== undefined && isStopped(pid))
        void stopAlike(pid, news.signal);
      if (news.kind !== 'ended') return;
      hasEnded = true;
      resolve(news.ending);
    });
  });
  if (spawned.terminal !== undefined) monitor.go();

  async function finish(): Promise<Ending> {
    const how = await ending;
    await Promise.all(outputs.map((output) => output.finish(options.lateOutputMs)));
    killing?.finish();
    terminal?.leave(how);
    monitor.release();
    return how;
  }
  return { streams: opened.map(({ stream }) => stream), ended: finish(), kill, controls };
}

async function attachTerminal({ terminal }: Spawned, onHangUp: () => void): Promise<RealTerminal | undefined> {
  if (terminal === undefined) return undefined;
  const { attachRealTerminal } = await import('./real-terminal.ts');
  return attachRealTerminal(terminal, onHangUp);
}

async function spawn(options: ChildOptions): Promise<Spawned> {
  if (options.mode === 'terminal') {
    const { spawnTerminal } = await import('./spawn-terminal.ts');
    return spawnTerminal(options);
  }
  const { spawnPiped } = await import('./spawn-piped.ts');
  return spawnPiped(options);
}
