import { writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { ulid } from 'ulid';
import { endLike } from './child/end-like.ts';
import { passStdinThrough } from './child/pass-stdin.ts';
import type { Sink } from './child/pass-through.ts';
import { mirroredMode, startChild } from './child/start-child.ts';
import { terminalSize } from './child/terminal-size.ts';
import type { ControlledSession } from './control/commander.ts';
import { type PipeOptions, type WrapOptions, pathsFrom } from './domain/config.ts';
import type { Deed } from './domain/deed.ts';
import { exitCodes } from './domain/failure.ts';
import type { Ending, Session } from './domain/session.ts';
import { type FollowerThread, startFollower } from './follower-thread.ts';
import { identify } from './recording/process-identity.ts';

/*
 * The composition root of the main thread: child → follower. It starts the
 * child before anything else, and from then on it moves bytes.
 */

/** Wraps the command and ends as it ends. `suggestCommand` names the command of ours that a word may have meant. */
export async function run(
  options: WrapOptions,
  { suggestCommand }: { suggestCommand: (word: string) => string | undefined },
): Promise<never> {
  const { command } = options;
  const mode = options.terminal === 'auto' ? mirroredMode() : options.terminal === 'always' ? 'terminal' : 'pipe';
  const id = ulid();
  const recording = createRecording();
  const { startedAt } = recording;
  const { streams, ended, kill, controls } = await startChild({
    command,
    environment: { ...environment(), RIDEALONG_SESSION_ID: id },
    mode,
    mirrorTerminals: options.terminal === 'auto',
    lateOutputMs: options.drainTimeoutMs,
    sink: recording.sink,
    onResize: recording.resized,
    onStop(alike) {
      if (alike) recording.restRole();
      return recording.stopped();
    },
    onContinue() {
      recording.continued();
      recording.beginRole();
    },
  });
  const session = newSession(options, { id, mode, command, streams, startedAt });
  // In passthrough there is nothing but the child.
  const follower = options.storageMode === 'passthrough' ? undefined : recording.begin(session, { ...options, kill });
  const control = follower && openControl(options, { id, mode, child: controls, ...recording.told(follower) }, session);
  const ending = await ended;
  const closed = control?.close();
  if (ending.kind === 'not-started') {
    const suggestion = ending.code === 127 ? suggestCommand(command[0]) : undefined;
    complain(suggestion === undefined ? ending.message : `${ending.message}; did you mean \`${suggestion}\`?`);
  } else if (ending.kind === 'unseen') {
    complain('the process that watches over the command was killed; how the command ended is unknown');
  }
  return finish(follower, ending, options.drainTimeoutMs, closed);
}

/** Lets others command the session, once it runs; what they need is not loaded before. */
function openControl(
  { control: level }: Pick<WrapOptions, 'control'>,
  controlled: ControlledSession,
  { workingDirectory }: Session,
): { close(): Promise<void> } {
  let isOver = false;
  // Who has not asked for it need not hear that it cannot be had; who commands the session will.
  const onError = (why: string) => {
    if (level !== undefined) complain(`the session cannot be controlled: ${why}`);
  };
  const opening = import('./control-session.ts').then(({ openControl: open }) => {
    if (isOver) return undefined;
    const paths = pathsFrom(process.env, workingDirectory);
    const control = level === undefined ? controlled.control : Promise.resolve(level);
    const opened = open(paths, { ...controlled, control }, onError);
    if (!opened.ok) onError(opened.failure);
    return opened.ok ? opened.value : undefined;
  });
  opening.catch((error: unknown) => onError(String(error)));
  return {
    async close() {
      isOver = true;
      (await opening.catch(() => undefined))?.close();
    },
  };
}

/** Records our stdin, a stream that is no child's, and passes it on to our stdout. */
export async function runPipe(options: PipeOptions): Promise<never> {
  const recording = createRecording();
  const { startedAt } = recording;
  const session = newSession(options, { id: ulid(), mode: 'stream', command: [], streams: ['stdout'], startedAt });
  const { mayServe, storageMode } = options;
  const asked = { mayServe, ...(storageMode && { storageMode }), kill: () => undefined };
  const follower = storageMode === 'passthrough' ? undefined : recording.begin(session, asked);
  await passStdinThrough(recording.sink);
  return finish(follower, { kind: 'exited', code: 0 }, options.drainTimeoutMs);
}

/** Joins the passthrough to the follower, which is started when the child runs already. */
function createRecording() {
  let follower: FollowerThread | undefined;
  const startMs = performance.now();
  const startedAt = new Date().toISOString();
  const timeUs = (atMs: number) => Math.max(0, Math.round((atMs - startMs) * 1000));
  const nowUs = () => timeUs(performance.now());
  const sink: Sink = (stream, passed) =>
    follower?.offer(passed.map(({ bytes, readAtMs }) => ({ stream, bytes, timeUs: timeUs(readAtMs) })));
  return {
    /** The moment from which the recording's clock counts. */
    startedAt,
    sink,
    resized: () => follower?.resized({ ...terminalSize(), timeUs: nowUs() }),
    stopped: () => follower?.stopped(nowUs()) ?? Promise.resolve(),
    continued: () => follower?.continued(nowUs()),
    restRole: () => follower?.restRole(),
    beginRole: () => follower?.beginRole(),
    /** What those are told, and may tell, who command the session. */
    told: (by: FollowerThread) => ({
      control: by.control,
      look: () => by.look(),
      record: (deed: Deed) => by.did(deed, nowUs()),
      momentMs: (us: number) => startMs + us / 1000,
    }),
    begin(
      session: Session,
      {
        failOn,
        killAfterMs,
        mayServe,
        storageMode,
        kill,
      }: Pick<WrapOptions, 'failOn' | 'killAfterMs' | 'mayServe' | 'storageMode'> & {
        kill: () => void;
      },
    ): FollowerThread {
      const paths = pathsFrom(process.env, session.workingDirectory);
      const asked = {
        ...(failOn && { failOn }),
        ...(killAfterMs !== undefined && { killAfterMs }),
        ...(storageMode && { storageMode }),
      };
      follower = startFollower({ session, paths, mayServe, ...asked }, nowUs, kill);
      return follower;
    },
  };
}

async function finish(
  follower: FollowerThread | undefined,
  ending: Ending,
  drainTimeoutMs: number,
  closed?: Promise<void>,
): Promise<never> {
  if (!follower) return endLike(ending);
  const { troubles, failing, killed } = await follower.finish(ending, drainTimeoutMs);
  await closed;
  for (const trouble of troubles) complain(trouble);
  if (killed) complain(`the command was killed: ${killed.name} (${killed.sentence})`);
  const [because] = failing;
  if (because === undefined || ending.kind !== 'exited' || ending.code !== 0) return endLike(ending);
  complain(`exit ${exitCodes.verdict} instead of 0: ${because.name} (${because.sentence})`);
  return endLike({ kind: 'exited', code: exitCodes.verdict });
}

function newSession(
  options: PipeOptions,
  what: Pick<Session, 'id' | 'mode' | 'command' | 'streams' | 'startedAt'>,
): Session {
  const parentSession = process.env['RIDEALONG_SESSION_ID'];
  return {
    ...what,
    agent: options.agent,
    workingDirectory: workingDirectory(),
    host: hostname(),
    process: identify(process.pid) ?? { pid: process.pid, startTicks: 0 },
    packs: [],
    patternFiles: options.patternFiles.map((file) => resolve(file)),
    ...(parentSession === undefined ? {} : { parentSession }),
    ...(options.redact === false && { redacted: false }),
    ...(what.mode === 'terminal' ? { terminalSize: terminalSize() } : {}),
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // It was removed; what the shell calls it is all there is.
    return process.env['PWD'] ?? '/';
  }
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function complain(message: string): void {
  try {
    writeSync(2, `ridealong: ${message}\n`);
  } catch {
    // Nobody listens.
  }
}
