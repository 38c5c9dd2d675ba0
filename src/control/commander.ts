import { chooseOption } from '../domain/choose-option.ts';
import {
  type Actor,
  type CommandRequest,
  type ControlLevel,
  deedOf,
  type Lease,
  type Prompt,
  type Refusal,
  type RefusalCode,
  type SessionCommand,
  type Sight,
} from '../domain/control.ts';
import type { Deed } from '../domain/deed.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Ending, SessionMode } from '../domain/session.ts';
import { createInputLease } from './lease.ts';
import type { Outcome } from './send-command.ts';

/** A session and its child, as commands see them. */
export interface ControlledSession {
  readonly id: string;
  readonly mode: SessionMode;
  readonly child: ControlledChild;
  /** Resolves when it is known what others may do. */
  readonly control: Promise<ControlLevel>;
  /** What is to be seen, as of all bytes that were read; undefined when nothing tells it. */
  look(): Promise<Sight | undefined>;
  /** Records what is about to be done. */
  record(deed: Deed): void;
  /** A moment on the clock of `performance.now()`, from one on the recording's. */
  readonly momentMs: (timeUs: number) => number;
}

/** See `Controls` in the room of the child. */
export interface ControlledChild {
  readonly pid: number | undefined;
  readonly isPaused: boolean;
  pause(): Promise<boolean>;
  resume(): void;
  signal(name: NodeJS.Signals, to: 'all' | 'itself'): boolean;
  end(): Promise<Ending>;
  flush(): Promise<void>;
  readonly readBytes: number;
  readonly input?: {
    type(bytes: Uint8Array): Promise<number>;
    typeNow(bytes: Uint8Array): number;
    readonly lastTypedMs: number;
  };
}

type Answering = Extract<SessionCommand, { command: 'approve' | 'deny' }>;

/** How often a screen that changes while it is looked at is looked at again, and how long after. */
const maxLooks = 20;
const lookAgainMs = 25;
/** How long an answered prompt may take to leave the screen. */
const maxLeavingLooks = 60;
/** Behind what is typed: an interface takes what comes at once with it for pasted. */
const submitDelayMs = 400;

const ENTER = '\r';

/**
 * Carries out commands to one session, and answers when they have taken effect. What is done is recorded just
 * before, so that its effects stand behind it; what is refused is not.
 *
 * @param sleep waits so many milliseconds
 */
export function createCommander(
  session: ControlledSession,
  {
    nowMs,
    momentNowMs,
    sleep,
  }: {
    /** Milliseconds since the epoch, and on the clock of `performance.now()`. */
    readonly nowMs: () => number;
    readonly momentNowMs: () => number;
    readonly sleep: (ms: number) => Promise<unknown>;
  },
): (request: CommandRequest) => Promise<Outcome> {
  const { child } = session;
  const lease = createInputLease(nowMs);
  const answered = new Set<number>();
  let lastTypedMs = -Infinity;
  /** One after the other: who types, and who stops and continues. */
  const typing = createQueue();
  const pausing = createQueue();

  function record({ by, command }: CommandRequest, particulars: Readonly<Record<string, string | number>> = {}) {
    session.record(deedOf(command, by, particulars));
  }

  async function state(): Promise<Outcome> {
    const [sight, control] = await Promise.all([session.look(), session.control]);
    const { pid } = child;
    if (pid === undefined) return ended;
    return ok({
      command: 'get_state',
      session_id: session.id,
      state: sight?.state ?? null,
      paused: child.isPaused,
      mode: session.mode,
      pid,
      control,
      input_is_ours: child.input !== undefined,
      lease: lease.current ?? null,
      prompt: sight?.prompt === undefined ? null : promptOf(sight.prompt),
    });
  }

  async function pause(request: CommandRequest): Promise<Outcome> {
    record(request);
    if (await child.pause()) return ok({ command: 'pause', paused: true });
    return child.pid === undefined ? ended : refused('no_effect', 'it did not stop in time, and goes on');
  }

  async function kill(request: CommandRequest): Promise<Outcome> {
    record(request);
    const ending = await child.end();
    switch (ending.kind) {
      case 'exited':
      case 'not-started':
        return ok({ command: 'kill', exit_code: ending.code, exit_signal: null });
      case 'killed':
        return ok({ command: 'kill', exit_code: 128 + ending.signal, exit_signal: ending.signalName });
      case 'unseen':
      case 'untold':
        return ok({ command: 'kill', exit_code: null, exit_signal: null });
    }
  }

  /** Whether this client may type now; the lease is taken or taken on. */
  async function mayType(by: Actor): Promise<Result<Lease, Refusal>> {
    if (child.input === undefined) {
      return refused(
        'input_not_ours',
        'its input is a pipe or a file that is not ours: only a terminal can be typed into',
      );
    }
    if ((await session.control) !== 'input') {
      return refused('control_off', 'it was not started with --control input, and the config file does not say so');
    }
    if (child.pid === undefined) return ended;
    const taking = lease.take(by);
    if ('taken' in taking) return ok(taking.taken);
    const { holder, expires_at } = taking.heldBy;
    const message = `${nameOf(holder)} types now, until ${expires_at} if nothing more is typed`;
    return fail({ code: 'lease_held', message, lease: taking.heldBy });
  }

  async function type(request: CommandRequest & { command: 'send_input' }): Promise<Outcome> {
    const allowed = await mayType(request.by);
    if (!allowed.ok) return allowed;
    const text = Buffer.from(request.text);
    const submits = request.submit === true;
    record(request, { bytes: text.length + (submits ? ENTER.length : 0) });
    let written = text.length === 0 ? 0 : await typeIn(text);
    if (submits && written === text.length) {
      if (text.length > 0) await sleep(submitDelayMs);
      written += await typeIn(Buffer.from(ENTER));
    }
    if (written < text.length + (submits ? ENTER.length : 0)) {
      return child.pid === undefined ? ended : refused('no_effect', `it reads no input now: it took ${written} bytes`);
    }
    return ok({ command: 'send_input', written_bytes: written, lease: allowed.value });
  }

  function typeIn(bytes: Uint8Array): Promise<number> {
    lastTypedMs = momentNowMs();
    return child.input?.type(bytes) ?? Promise.resolve(0);
  }

  async function answer(request: CommandRequest & Answering): Promise<Outcome> {
    const allowed = await mayType(request.by);
    if (!allowed.ok) return allowed;
    const { command, prompt_id, text_hash } = request;
    const typed = await answerOnScreen(request);
    if (!typed.ok) return typed;
    const has_left = await hasLeft(prompt_id, text_hash);
    return ok({ command, prompt_id, option: typed.value, has_left, lease: allowed.value });
  }

  /**
   * Types the answer if the named prompt is what stands on the screen, as of the last byte that the child has
   * written: what it writes is read to the end before the look and behind it, and nothing may have come between.
   */
  async function answerOnScreen(request: CommandRequest & Answering): Promise<Result<string, Refusal>> {
    const { command, prompt_id, text_hash, option } = request;
    if (answered.has(prompt_id)) return refused('already_answered', 'the prompt was answered already');
    for (let looks = 0; looks < maxLooks; looks += 1) {
      if (looks > 0) await sleep(lookAgainMs);
      await child.flush();
      const readBytes = child.readBytes;
      const sight = await session.look();
      if (sight === undefined) return refused('not_answering', 'nobody knows now what stands on its screen');
      const prompt = sight.prompt;
      if (prompt === undefined || prompt.prompt_id !== prompt_id || prompt.text_hash !== text_hash) {
        if (sight.isUnsettled) continue;
        return movedOn;
      }
      const choice = chooseOption(prompt, command, option);
      if (!choice.ok) return choice;
      const { keys, needsHighlight } = choice.value;
      if (needsHighlight && Math.max(lastTypedMs, child.input?.lastTypedMs ?? 0) >= session.momentMs(prompt.sinceUs)) {
        return refused('unknown_option', 'the user has typed since: another option may be highlighted');
      }
      await child.flush();
      if (child.readBytes !== readBytes) continue;
      const { label } = choice.value.option;
      record(request, { prompt_id, text_hash, option: label.slice(0, 80), bytes: keys.length });
      const typedBytes = child.input?.typeNow(Buffer.from(keys)) ?? 0;
      if (typedBytes > 0) answered.add(prompt_id);
      return typedBytes === keys.length ? ok(label) : refused('no_effect', 'its terminal takes no input now');
    }
    return movedOn;
  }

  async function hasLeft(promptId: number, textHash: string): Promise<boolean> {
    for (let looks = 0; looks < maxLeavingLooks; looks += 1) {
      if (child.pid === undefined) return true;
      const sight = await session.look();
      if (
        sight &&
        !sight.isUnsettled &&
        !(sight.prompt?.prompt_id === promptId && sight.prompt.text_hash === textHash)
      ) {
        return true;
      }
      await sleep(lookAgainMs);
    }
    return false;
  }

  return async (request) => {
    if (child.pid === undefined) return ended;
    switch (request.command) {
      case 'get_state':
        return state();
      case 'pause':
        return pausing(() => pause(request));
      case 'resume':
        return pausing(() => {
          record(request);
          child.resume();
          return Promise.resolve(ok({ command: 'resume', paused: false }));
        });
      case 'send_signal': {
        const { signal } = request;
        record(request, { signal });
        return child.signal(`SIG${signal}`, signal.startsWith('USR') ? 'itself' : 'all')
          ? ok({ command: 'send_signal', signal })
          : ended;
      }
      case 'kill':
        return kill(request);
      case 'send_input':
        return typing(() => type(request));
      case 'approve':
      case 'deny':
        return typing(() => answer(request));
    }
  };
}

/** Runs one action after the other. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <Value>(action: () => Promise<Value>): Promise<Value> => {
    const next = last.then(action);
    last = next.catch(() => undefined);
    return next;
  };
}

function promptOf({ prompt_id, text_hash, pattern, question, command, options }: Prompt): Prompt {
  return { prompt_id, text_hash, pattern, question, command, options };
}

const nameOf = ({ name, pid }: Actor) => (pid === undefined ? name : `${name} (process ${pid})`);

const refused = (code: RefusalCode, message: string) => fail<Refusal>({ code, message });
const ended = refused('not_running', 'the session does not run any more');
const movedOn = refused(
  'screen_moved_on',
  'the prompt does not stand on the screen as it was named; nothing was typed',
);
