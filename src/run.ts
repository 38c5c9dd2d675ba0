import { writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { endLike, endLikeAfter } from './child/end-like.ts';
import type { Sink } from './child/pass-through.ts';
import { posix } from './child/posix.ts';
import { mirroredMode, startChild } from './child/start-child.ts';
import { terminalSize } from './child/terminal-size.ts';
import type { ControlledSession } from './control/commander.ts';
import type { SessionControl } from './control-session.ts';
import { type PipeOptions, type WrapOptions, pathsFrom } from './domain/config.ts';
import type { Deed } from './domain/deed.ts';
import { exitCodeOf, exitCodes } from './domain/failure.ts';
import { ok } from './domain/result.ts';
import type { Ending, Session } from './domain/session.ts';
import { type FollowerThread, startFollower } from './follower-thread.ts';
import { createStopGate } from './guard/stop-gate.ts';
import type { FollowerThreadTask } from './follower-messages.ts';
import type { LeaseTask } from './lease-messages.ts';
import { newSessionId } from './recording/new-session-id.ts';
import { identify } from './recording/process-identity.ts';
import { type TakenLease, mayTakeLease, takeLease } from './take-lease.ts';

/** How much later than asked for this thread may find out that the time is over. */
const lateMs = 250;

/** A stop waits as long for a thread that writes to the database; one that takes longer has a disk that hangs. */
const writingPatienceMs = 5_000;

/*
 * The composition root of the main thread: child → follower. It starts the
 * child before anything else, unless that is to have a lease, and from then
 * on it moves bytes.
 */

/** Wraps the command and ends as it ends. `suggestCommand` names the command of ours that a word may have meant. */
export async function run(
  options: WrapOptions,
  { suggestCommand }: { suggestCommand: (word: string) => string | undefined },
): Promise<never> {
  const { command } = options;
  const mode = options.terminal === 'auto' ? mirroredMode() : options.terminal === 'always' ? 'terminal' : 'pipe';
  const id = newSessionId(Date.now(), posix.randomBytes(16));
  const { config } = pathsFrom(process.env, workingDirectory());
  const gate = createStopGate();
  const leased = mayTakeLease(options.lease, config)
    ? await takeLease(leaseTask(options, id, gate.shared), complain)
    : ok<TakenLease | undefined>(undefined);
  if (!leased.ok) {
    complain(leased.failure.message);
    return endLike({ kind: 'exited', code: exitCodeOf(leased.failure) });
  }
  const lease = leased.value;
  const recording = createRecording();
  const { startedAt } = recording;
  const started = await startChild({
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
    stopHarmlessly: (stop) => gate.closeFor(stop, writingPatienceMs),
  });
  if (!started.ok) {
    complain(started.failure.message);
    return finish(undefined, { kind: 'exited', code: exitCodeOf(started.failure) }, 0, { lease });
  }
  const { streams, ended, kill, controls } = started.value;
  const session = newSession(options, { id, mode, command, streams, startedAt, lease: lease?.lease });
  // In passthrough there is nothing but the child.
  const follower =
    options.storageMode === 'passthrough'
      ? undefined
      : recording.begin(session, { ...options, kill, stopGate: gate.shared });
  const control =
    follower &&
    openControl(options, { id, mode, child: controls, ...recording.told(follower) }, session, follower.isLasting);
  const ending = await ended;
  const closed = control?.close();
  if (ending.kind === 'not-started') {
    const suggestion = ending.code === 127 ? suggestCommand(command[0]) : undefined;
    complain(suggestion === undefined ? ending.message : `${ending.message}; did you mean \`${suggestion}\`?`);
  } else if (ending.kind === 'unseen') {
    complain(`${ending.reason ?? 'nobody saw the end'}; how the command ended is unknown`);
  }
  return finish(follower, ending, options.drainTimeoutMs, { closed, lease });
}

function leaseTask(
  { lease: name, leaseWaitMs: waitMs = 0, agent }: WrapOptions,
  sessionId: string,
  stopGate: SharedArrayBuffer,
): LeaseTask {
  const here = whereWeAre();
  const paths = pathsFrom(process.env, here.workingDirectory);
  return { ...(name !== undefined && { name }), waitMs, claim: { sessionId, agent, ...here }, paths, stopGate };
}

/** Lets others command the session, when it lasts; what they need is not loaded before. */
function openControl(
  { control: level }: Pick<WrapOptions, 'control'>,
  controlled: ControlledSession,
  { workingDirectory }: Session,
  isLasting: Promise<void>,
): { close(): Promise<void> } {
  let isOver = false;
  let opening: Promise<SessionControl | undefined> | undefined;
  // Who has not asked for it need not hear that it cannot be had; who commands the session will.
  const onError = (why: string) => {
    if (level !== undefined) complain(`the session cannot be controlled: ${why}`);
  };
  const begin = async () => {
    const { openControl: open } = await import('./control-session.ts');
    if (isOver) return undefined;
    const paths = pathsFrom(process.env, workingDirectory);
    const control = level === undefined ? controlled.control : Promise.resolve(level);
    const opened = open(paths, { ...controlled, control }, onError);
    if (!opened.ok) onError(opened.failure);
    return opened.ok ? opened.value : undefined;
  };
  void isLasting.then(() => {
    if (!isOver) opening = begin();
    opening?.catch((error: unknown) => onError(String(error)));
  });
  return {
    async close() {
      isOver = true;
      (await opening?.catch(() => undefined))?.close();
    },
  };
}

/** Records our stdin, a stream that is no child's, and passes it on to our stdout. */
export async function runPipe(options: PipeOptions): Promise<never> {
  const recording = createRecording();
  const { startedAt } = recording;
  const id = newSessionId(Date.now(), posix.randomBytes(16));
  const session = newSession(options, { id, mode: 'stream', command: [], streams: ['stdout'], startedAt });
  const { mayServe, storageMode } = options;
  const asked = { mayServe, ...(storageMode && { storageMode }), kill: () => undefined };
  const follower = storageMode === 'passthrough' ? undefined : recording.begin(session, asked);
  const { passStdinThrough } = await import('./child/pass-stdin.ts');
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
        stopGate,
      }: Pick<WrapOptions, 'failOn' | 'killAfterMs' | 'mayServe' | 'storageMode'> &
        Pick<FollowerThreadTask, 'stopGate'> & {
          kill: () => void;
        },
    ): FollowerThread {
      const paths = pathsFrom(process.env, session.workingDirectory);
      const asked = {
        ...(failOn && { failOn }),
        ...(killAfterMs !== undefined && { killAfterMs }),
        ...(storageMode && { storageMode }),
        ...(stopGate && { stopGate }),
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
  { closed, lease }: { readonly closed?: Promise<void> | undefined; readonly lease?: TakenLease | undefined } = {},
): Promise<never> {
  if (!follower) {
    for (const trouble of (await lease?.release()) ?? []) complain(trouble);
    return endLike(ending);
  }
  endLikeAfter(follower.longestFinishMs(drainTimeoutMs) + lateMs, ending);
  const { troubles, failing, killed } = await follower.finish(ending, drainTimeoutMs);
  await closed;
  // Both the lease's thread and the store may have found that it was lost.
  for (const trouble of new Set([...troubles, ...((await lease?.release()) ?? [])])) complain(trouble);
  if (killed) complain(`the command was killed: ${killed.name} (${killed.sentence})`);
  const [because] = failing;
  if (because === undefined || ending.kind !== 'exited' || ending.code !== 0) return endLike(ending);
  complain(`exit ${exitCodes.verdict} instead of 0: ${because.name} (${because.sentence})`);
  return endLike({ kind: 'exited', code: exitCodes.verdict });
}

function newSession(
  options: PipeOptions,
  {
    lease,
    ...what
  }: Pick<Session, 'id' | 'mode' | 'command' | 'streams' | 'startedAt'> & {
    readonly lease?: Session['lease'] | undefined;
  },
): Session {
  const parentSession = process.env['RIDEALONG_SESSION_ID'];
  return {
    ...what,
    agent: options.agent,
    ...whereWeAre(),
    packs: [],
    patternFiles: options.patternFiles.map((file) => resolve(file)),
    ...(parentSession === undefined ? {} : { parentSession }),
    ...(lease && { lease }),
    ...(options.redact === false && { redacted: false }),
    ...(what.mode === 'terminal' ? { terminalSize: terminalSize() } : {}),
  };
}

function whereWeAre(): Pick<Session, 'workingDirectory' | 'host' | 'process'> {
  return {
    workingDirectory: workingDirectory(),
    host: hostname(),
    process: identify(process.pid) ?? { pid: process.pid, startTicks: 0 },
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
