import type {
  Arrival,
  Replay,
  ReplayClock,
  ReplayStatus,
  StartReplay,
  Timeline,
  TimelineHead,
} from '../domain/replay.ts';
import { ok, type Result } from '../domain/result.ts';
import { closeCodes, type Sink } from './feed-hub.ts';
import type { ReplayRequest } from './parameters.ts';
import type { Problem } from './problem.ts';
import type { Ask } from './queries.ts';
import { parseCommand, type ReplayCommand } from './replay-commands.ts';
import {
  arrivalMessages,
  connectedMessage,
  errorMessage,
  momentMessage,
  positionMessage,
  type RequestId,
} from './replay-messages.ts';

export interface ReplayLimits {
  readonly maxReplays: number;
  /** A client that has so much to read holds its replay until it has read it. */
  readonly maxBufferedBytes: number;
  /** One that takes longer for that is cut off. */
  readonly stallLimitMs: number;
  /** How often it hears where its replay is, while that plays. */
  readonly positionMs: number;
  /** How often it is looked whether it is still there. */
  readonly probeMs: number;
}

export const replayLimits: ReplayLimits = {
  maxReplays: 8,
  maxBufferedBytes: 256 * 1024,
  stallLimitMs: 60_000,
  positionMs: 1_000,
  probeMs: 30_000,
};

export interface ReplayParts {
  /** In a thread of their own: what others ask must not delay a replay. */
  readonly ask: Ask;
  readonly start: StartReplay;
  readonly clock: ReplayClock;
  readonly limits?: ReplayLimits;
}

/** One client's replay. */
export interface ReplayConnection {
  /** A command of the client, as it came. */
  command(text: string): void;
  /** To be called when the sink has sent all that it held back. */
  drained(): void;
  /** To be called when the connection has ended. */
  end(): void;
}

export const tooManyReplays: Problem = {
  status: 503,
  code: 'too_many_replays',
  message: 'too many replays run already',
};

/** The replays of all clients. */
export class ReplayHub {
  readonly #parts: ReplayParts;
  readonly #limits: ReplayLimits;
  readonly #running = new Set<RunningReplay>();

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? replayLimits;
  }

  get isFull(): boolean {
    return this.#running.size >= this.#limits.maxReplays;
  }

  head(session: string): Promise<Result<TimelineHead, Problem>> {
    return this.#parts.ask('replayHead', session);
  }

  /** @param endsWithReplay closes the connection when the replay is over */
  open(head: TimelineHead, request: ReplayRequest, sink: Sink, endsWithReplay: boolean): ReplayConnection {
    const running = new RunningReplay(this.#parts, this.#limits, { head, request, sink, endsWithReplay });
    this.#running.add(running);
    return {
      command: (text) => void running.command(text),
      drained: () => running.drained(),
      end: () => {
        running.end();
        this.#running.delete(running);
      },
    };
  }

  /** Says goodbye to everybody. */
  close(): void {
    for (const running of this.#running) running.cut(closeCodes.restart, 'the server ends');
    this.#running.clear();
  }
}

interface Opened {
  readonly head: TimelineHead;
  readonly request: ReplayRequest;
  readonly sink: Sink;
  readonly endsWithReplay: boolean;
}

class RunningReplay {
  readonly #opened: Opened;
  readonly #clock: ReplayClock;
  readonly #limits: ReplayLimits;
  readonly #replay: Replay<Problem>;
  #isOver = false;
  #cancelStall: () => void = () => undefined;
  #cancelPosition: () => void;
  #cancelProbe: () => void;

  constructor({ ask, start, clock }: ReplayParts, limits: ReplayLimits, opened: Opened) {
    const { head, request } = opened;
    this.#opened = opened;
    this.#clock = clock;
    this.#limits = limits;
    this.#send(connectedMessage(head), 0);
    this.#replay = start<Problem>({
      timeline: timelineOf(head, ask),
      clock,
      ...request,
      audience: {
        take: (moment) => {
          this.#send(momentMessage(head.sessionId, moment), moment.timeUs);
          return this.#hasRoom();
        },
        began: (arrival) => this.#arrived(arrival),
        ended: (status) => this.#ended(status),
        failed: (problem) => this.#failed(problem),
      },
    });
    this.#cancelPosition = this.#every(limits.positionMs, () => {
      const { status } = this.#replay;
      if (status.state === 'playing' && opened.sink.bufferedBytes < limits.maxBufferedBytes) {
        this.#send(positionMessage('position', head, status), status.timeUs);
      }
    });
    this.#cancelProbe = this.#every(limits.probeMs, () => void opened.sink.probe());
  }

  async command(text: string): Promise<void> {
    const { head, sink } = this.#opened;
    if (this.#isOver) return;
    // Answers are not held: who sends commands and reads none of them is cut off.
    if (sink.bufferedBytes > 2 * this.#limits.maxBufferedBytes) {
      this.cut(closeCodes.lagging, 'lagging');
      return;
    }
    const parsed = parseCommand(text);
    const { timeUs } = this.#replay.status;
    if (!parsed.ok) {
      this.#send(errorMessage(head.sessionId, timeUs, parsed.failure, parsed.failure.requestId), timeUs);
      return;
    }
    const { request_id: requestId, type } = parsed.value;
    if (type === 'ping') {
      const answer = { type: 'pong', session_id: head.sessionId, time_us: timeUs };
      this.#send({ ...answer, ...(requestId !== undefined && { request_id: requestId }) }, timeUs);
      return;
    }
    const arrived = await this.#apply(parsed.value);
    if (arrived.ok) this.#arrived(arrived.value, requestId);
    else this.#send(errorMessage(head.sessionId, timeUs, arrived.failure, requestId), timeUs);
  }

  drained(): void {
    this.#cancelStall();
    this.#replay.drained();
  }

  cut(code: number, reason: string): void {
    this.end();
    this.#opened.sink.close(code, reason);
  }

  end(): void {
    this.#isOver = true;
    this.#replay.close();
    this.#cancelStall();
    this.#cancelPosition();
    this.#cancelProbe();
  }

  async #apply(command: Exclude<ReplayCommand, { type: 'ping' }>): Promise<Result<Arrival, Problem>> {
    const replay = this.#replay;
    switch (command.type) {
      case 'pause':
        return ok({ status: replay.pause() });
      case 'resume':
        return ok({ status: replay.resume() });
      case 'speed':
        return ok({ status: replay.setSpeed(command.speed) });
      case 'idle_limit':
        return ok({ status: replay.setIdleLimit(command.idle_limit_us ?? undefined) });
      case 'seek': {
        const { to_us, event, next } = command;
        if (to_us !== undefined) return replay.seek({ timeUs: to_us });
        return replay.seek(event === undefined ? { nextEvent: next ?? 'any' } : { event });
      }
    }
  }

  #arrived(arrival: Arrival, requestId?: RequestId): void {
    const { timeUs } = arrival.status;
    for (const message of arrivalMessages(this.#opened.head, arrival, requestId)) this.#send(message, timeUs);
  }

  #ended(status: ReplayStatus): void {
    const { head, sink, endsWithReplay } = this.#opened;
    this.#send(positionMessage('ended', head, status), status.timeUs);
    if (endsWithReplay) sink.close(closeCodes.done, 'the replay is over');
  }

  #failed(problem: Problem): void {
    const { timeUs } = this.#replay.status;
    this.#send(errorMessage(this.#opened.head.sessionId, timeUs, problem), timeUs);
    const isClient = problem.status < 500;
    this.cut(isClient ? closeCodes.rejected : closeCodes.failed, problem.code);
  }

  /** Whether the client may be sent more; if not, its time runs until it has read what it has. */
  #hasRoom(): boolean {
    if (this.#opened.sink.bufferedBytes < this.#limits.maxBufferedBytes) return true;
    this.#cancelStall();
    const until = this.#clock.now() + this.#limits.stallLimitMs;
    this.#cancelStall = this.#clock.at(until, () => this.cut(closeCodes.lagging, 'lagging'));
    return false;
  }

  #send(message: object, timeUs: number): void {
    if (this.#isOver) return;
    this.#opened.sink.send(Buffer.from(JSON.stringify(message)), timeUs);
  }

  /** @returns what ends it */
  #every(ms: number, call: () => void): () => void {
    let cancel: () => void;
    const wait = () => {
      cancel = this.#clock.at(this.#clock.now() + ms, () => {
        wait();
        call();
      });
    };
    wait();
    return () => cancel();
  }
}

function timelineOf(head: TimelineHead, ask: Ask): Timeline<Problem> {
  const session = head.sessionId;
  return {
    head,
    page: (place, kinds) => ask('replayPage', { session, place, kinds }),
    seek: (target) => ask('replaySeek', { session, target }),
  };
}
