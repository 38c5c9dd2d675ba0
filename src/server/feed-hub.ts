import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../domain/failure.ts';
import type { Cursor, FeedFilter, FeedReader } from '../domain/feed.ts';
import { messageOf } from '../domain/feed.ts';
import { ok, type Result } from '../domain/result.ts';
import { type CommitWatch, watchCommits } from './commit-watch.ts';
import type { LineHub, LineReader } from './line-hub.ts';
import { type Notice, noticeFrame } from './notices.ts';
import type { FeedRequest } from './parameters.ts';
import { type Problem, problemOf } from './problem.ts';

export interface FeedLimits {
  readonly maxSubscribers: number;
  /** A subscriber that has so much to read is sent nothing more until it has read all of it. */
  readonly maxBufferedBytes: number;
  /** One that takes longer for that is cut off. */
  readonly stallLimitMs: number;
  /** Each subscriber hears this often where the feed is, also when nothing passes its filter. */
  readonly heartbeatMs: number;
}

export const feedLimits: FeedLimits = {
  maxSubscribers: 64,
  maxBufferedBytes: 1024 * 1024,
  stallLimitMs: 5_000,
  heartbeatMs: 30_000,
};

/** Why a subscription or a replay ends, as the close codes of WebSockets have it (RFC 6455 and IANA's registry). */
export const closeCodes = { done: 1000, rejected: 1008, failed: 1011, restart: 1012, lagging: 1013 } as const;

/** A message of the feed as it goes out. */
export interface OutgoingMessage {
  readonly cursor: Cursor;
  /** Shared with other subscribers. */
  readonly json: Buffer;
}

/** The connection to one subscriber. */
export interface Sink {
  /** @param json of one message, shared with other subscribers */
  send(json: Buffer, cursor: Cursor): void;
  /** Sends all of them as one piece, as {@link Sink.send} would one by one. @param messages others are sent, too */
  sendAll(messages: readonly OutgoingMessage[]): void;
  /** What was sent and is not yet out of our hands. */
  readonly bufferedBytes: number;
  /** At every {@link FeedLimits.heartbeatMs}; false when the other side is dead. */
  probe(): boolean;
  close(code: number, reason: string): void;
}

export interface Subscription {
  readonly cursor: Cursor;
  /** Sends a message of our own, unless the subscriber has too much to read already. */
  notify(notice: Notice): void;
  /** To be called when the sink has sent all that it held back. */
  drained(): void;
  /** To be called when the connection has ended. */
  end(): void;
}

interface Subscriber {
  readonly filter: FeedFilter;
  readonly filterKey: string;
  readonly sink: Sink;
  cursor: Cursor;
  state: 'waiting' | 'due' | 'blocked' | 'ended';
  stallTimer?: NodeJS.Timeout;
  lines?: LineReader;
}

/** A page of the feed as it goes out to all who ask for the same. */
interface Frames {
  readonly messages: readonly OutgoingMessage[];
  readonly cursor: Cursor;
  readonly bytes: number;
}

const pageEntries = 64;
const busyRetryMs = 20;
const deliveryStepMs = 2;
/** So much of the last pages is kept until the next commit, for others who are at the same place. */
const keptPageBytes = 4 * 1024 * 1024;

/**
 * Sends the feed to its subscribers, history first, each at its own pace.
 *
 * There is one way to read it: from the subscriber's cursor on. So there is no seam between history and what is
 * live, and nobody can miss or get twice what was committed meanwhile.
 */
export class FeedHub {
  readonly #reader: FeedReader;
  readonly #database: string;
  readonly #lines: LineHub;
  readonly #limits: FeedLimits;
  readonly #subscribers = new Set<Subscriber>();
  readonly #pages = new Map<string, Frames>();
  #pageBytes = 0;
  #latest: Cursor = 0;
  #watch: CommitWatch | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(reader: FeedReader, database: string, lines: LineHub, limits: FeedLimits = feedLimits) {
    this.#reader = reader;
    this.#lines = lines;
    this.#database = database;
    this.#limits = limits;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  get isFull(): boolean {
    return this.#subscribers.size >= this.#limits.maxSubscribers;
  }

  /** Where the feed is now. */
  latest(): Result<Cursor, Failure> {
    return this.#reader.latest();
  }

  /** @param since the subscriber has what is up to here */
  subscribe({ filter, withLines }: FeedRequest, since: Cursor, sink: Sink): Subscription {
    const subscriber: Subscriber = {
      filter,
      filterKey: JSON.stringify(filter),
      sink,
      cursor: since,
      state: 'waiting',
    };
    this.#subscribers.add(subscriber);
    this.#notify(subscriber, { type: 'connected', agent: filter.agent ?? null, session_id: filter.session ?? null });
    this.#watch ??= watchCommits(this.#database, () => this.#look());
    this.#heartbeat ??= setInterval(() => this.#beat(), this.#limits.heartbeatMs);
    this.#look();
    this.#wake(subscriber);
    if (withLines) this.#addLines(subscriber);
    return {
      get cursor() {
        return subscriber.cursor;
      },
      notify: (notice) => this.#notify(subscriber, notice),
      drained: () => this.#drained(subscriber),
      end: () => this.#end(subscriber),
    };
  }

  /** Waits until all have what is committed by now, or the time is over. */
  async deliver(atMostMs: number): Promise<void> {
    const deadlineMs = performance.now() + atMostMs;
    this.#look();
    const target = this.#latest;
    const isBehind = ({ cursor, sink }: Subscriber) => cursor < target || sink.bufferedBytes > 0;
    while (performance.now() < deadlineMs && [...this.#subscribers].some(isBehind)) await sleep(deliveryStepMs);
  }

  /** Says goodbye to everybody. */
  close(): void {
    for (const subscriber of [...this.#subscribers]) this.#cut(subscriber, closeCodes.restart, 'the server ends');
  }

  /** True when something was committed. */
  #look(): boolean {
    const latest = this.#reader.latest();
    // Whatever is wrong is told by the next reading, if it is still wrong then.
    if (latest.ok && latest.value === this.#latest) return false;
    if (latest.ok) this.#latest = latest.value;
    this.#forgetPages();
    for (const subscriber of this.#subscribers) this.#wake(subscriber);
    return true;
  }

  #wake(subscriber: Subscriber): void {
    if (subscriber.state !== 'waiting') return;
    subscriber.state = 'due';
    setImmediate(() => this.#pump(subscriber));
  }

  /** Sends one page; the next one after others had their turn. */
  #pump(subscriber: Subscriber): void {
    if (subscriber.state !== 'due') return;
    subscriber.state = 'waiting';
    const { sink } = subscriber;
    const { maxBufferedBytes } = this.#limits;
    if (sink.bufferedBytes >= maxBufferedBytes) return this.#block(subscriber);
    const before = subscriber.cursor;
    const page = this.#page(subscriber);
    if (!page.ok) return this.#failed(subscriber, page.failure);
    const { messages, bytes, cursor } = page.value;
    if (sink.bufferedBytes + bytes <= maxBufferedBytes) {
      sink.sendAll(messages);
      subscriber.cursor = cursor;
    } else if (sink.bufferedBytes > maxBufferedBytes / 2) {
      // Who is sent a part of a page wants pages from then on that nobody shares with him.
      return this.#block(subscriber);
    } else if (this.#sendOneByOne(subscriber, messages)) subscriber.cursor = cursor;
    const isMore = subscriber.cursor < this.#latest && subscriber.cursor > before;
    if (isMore) this.#wake(subscriber);
  }

  /** False when the subscriber has too much to read before all of them are sent. */
  #sendOneByOne(subscriber: Subscriber, messages: readonly OutgoingMessage[]): boolean {
    const { sink } = subscriber;
    for (const { json, cursor } of messages) {
      if (sink.bufferedBytes >= this.#limits.maxBufferedBytes) return false;
      sink.send(json, cursor);
      subscriber.cursor = cursor;
    }
    return true;
  }

  #page({ filter, filterKey, cursor: after }: Subscriber): Result<Frames, Failure> {
    const key = `${after} ${filterKey}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return ok(known);
    const page = this.#reader.read({ after, filter, limit: pageEntries });
    if (!page.ok) return page;
    const messages = page.value.entries.map((entry) => ({
      cursor: entry.cursor,
      json: Buffer.from(JSON.stringify(messageOf(entry))),
    }));
    const bytes = messages.reduce((sum, { json }) => sum + json.length, 0);
    const frames = { messages, cursor: page.value.cursor, bytes };
    this.#keep(key, frames);
    return ok(frames);
  }

  #keep(key: string, frames: Frames): void {
    this.#pages.set(key, frames);
    this.#pageBytes += frames.bytes;
    for (const [oldest, { bytes }] of this.#pages) {
      if (this.#pageBytes <= keptPageBytes) return;
      this.#pages.delete(oldest);
      this.#pageBytes -= bytes;
    }
  }

  #forgetPages(): void {
    this.#pages.clear();
    this.#pageBytes = 0;
  }

  #failed(subscriber: Subscriber, { reason, message }: Failure): void {
    if (reason === 'database-busy') {
      setTimeout(() => this.#wake(subscriber), busyRetryMs);
      return;
    }
    const isAhead = reason === 'cursor-ahead';
    // Who keeps the cursor of what came last goes on where there is something.
    if (isAhead) subscriber.cursor = 0;
    this.#notify(subscriber, { type: 'error', code: reason.replaceAll('-', '_'), message });
    this.#cut(subscriber, isAhead ? closeCodes.rejected : closeCodes.failed, reason);
  }

  /** The subscriber must read before it is sent more; from now on its time runs. */
  #block(subscriber: Subscriber): void {
    subscriber.state = 'blocked';
    subscriber.stallTimer = setTimeout(() => {
      this.#cutLagging(subscriber);
    }, this.#limits.stallLimitMs);
  }

  #cutLagging(subscriber: Subscriber): void {
    const notice: Notice = { type: 'lagging', message: 'too slow: read on from the cursor' };
    subscriber.sink.send(noticeFrame(notice, subscriber.cursor), subscriber.cursor);
    this.#cut(subscriber, closeCodes.lagging, 'lagging');
  }

  #addLines(subscriber: Subscriber): void {
    const { filter, sink } = subscriber;
    const { maxBufferedBytes } = this.#limits;
    subscriber.lines = {
      wanted: {
        ...(filter.session !== undefined && { session: filter.session }),
        ...(filter.agent !== undefined && { agent: filter.agent }),
      },
      get cursor() {
        return subscriber.cursor;
      },
      get isFull() {
        return sink.bufferedBytes >= maxBufferedBytes;
      },
      send: (json, cursor) => sink.send(json, cursor),
      cut: () => this.#cutLagging(subscriber),
    };
    this.#lines.add(subscriber.lines);
  }

  #drained(subscriber: Subscriber): void {
    if (subscriber.state !== 'blocked') return;
    clearTimeout(subscriber.stallTimer);
    subscriber.state = 'waiting';
    this.#wake(subscriber);
  }

  #notify({ sink, cursor }: Subscriber, notice: Notice): void {
    if (sink.bufferedBytes < this.#limits.maxBufferedBytes) sink.send(noticeFrame(notice, cursor), cursor);
  }

  #beat(): void {
    for (const subscriber of [...this.#subscribers]) {
      if (subscriber.sink.probe()) this.#notify(subscriber, { type: 'heartbeat' });
      else this.#end(subscriber);
    }
  }

  #cut(subscriber: Subscriber, code: number, reason: string): void {
    this.#end(subscriber);
    subscriber.sink.close(code, reason);
  }

  #end(subscriber: Subscriber): void {
    subscriber.state = 'ended';
    clearTimeout(subscriber.stallTimer);
    this.#subscribers.delete(subscriber);
    if (subscriber.lines) this.#lines.remove(subscriber.lines);
    if (this.#subscribers.size > 0) return;
    this.#watch?.stop();
    this.#watch = undefined;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#forgetPages();
  }
}

/** Where the feed is now, or why that cannot be told. */
export function latestOf(hub: FeedHub): Cursor | Problem {
  const latest = hub.latest();
  return latest.ok ? latest.value : problemOf(latest.failure);
}
